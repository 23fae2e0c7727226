using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Polly;
using Polly.Retry;

namespace Rlhf.Judges;

/// <summary>Asks an OpenAI-compatible endpoint: bounded parallelism, retries, a cache, and each question only once at a time.</summary>
internal sealed class ChatClient : IDisposable
{
    private const int LongestAnswer = 1 << 24; // bytes

    private readonly JudgeOptions _options;
    private readonly HttpClient _http;
    private readonly SemaphoreSlim _slots;
    private readonly ResiliencePipeline<string> _retries;
    private readonly AnswerCache _cache;
    private readonly string? _key;
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _underWay = new(StringComparer.Ordinal);

    public ChatClient(JudgeOptions options)
    {
        _options = options;
        _key = ReadKey(options.ApiKeyVariable);
        _cache = new(options.Cache);
        _slots = new(options.MaxParallelism);
        _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = options.MaxParallelism })
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = LongestAnswer,
        };
        _http.DefaultRequestHeaders.Authorization = _key is null ? null : new("Bearer", _key);

        ResiliencePipelineBuilder<string> builder = new();
        _retries = (
            options.Retries == 0
                ? builder
                : builder.AddRetry(
                    new RetryStrategyOptions<string>
                    {
                        MaxRetryAttempts = options.Retries,
                        Delay = options.RetryDelay,
                        BackoffType = DelayBackoffType.Exponential,
                        UseJitter = true,
                        ShouldHandle = new PredicateBuilder<string>().Handle<JudgeRequestException>(e => e.MayPass),
                        DelayGenerator = a => ValueTask.FromResult((a.Outcome.Exception as JudgeRequestException)?.RetryAfter),
                    }
                )
        ).Build();
    }

    /// <summary>The answer to one user message.</summary>
    /// <exception cref="JudgeRequestException">It was not to be had.</exception>
    public async Task<string> AskAsync(string message, CancellationToken cancellationToken)
    {
        string key = AnswerCache.Key(_options.Endpoint, _options.Model, _options.MaxTokens, message);
        if (_cache.Find(key) is { } known)
        {
            return known;
        }

        while (true)
        {
            // The first who asks pays; if it was cancelled, one of those who still wait asks again.
            Lazy<Task<string>> own = new(() => AskNewAsync(key, message, cancellationToken)),
                shared = _underWay.GetOrAdd(key, own);
            try
            {
                return await shared.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (shared != own && !cancellationToken.IsCancellationRequested)
            {
                _underWay.TryRemove(new(key, shared));
            }
            finally
            {
                _underWay.TryRemove(new(key, own));
            }
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _slots.Dispose();
        _cache.Dispose();
    }

    // It is sent in a header, whose characters are limited; a file it was read from may have ended with a line break.
    private static string? ReadKey(string variable)
    {
        string? key = Environment.GetEnvironmentVariable(variable)?.Trim();
        return key is null || key.All(c => c is > ' ' and <= '~')
            ? (key is "" ? null : key)
            : throw new ArgumentException(
                $"the environment variable {variable}, which apiKeyVariable names, holds characters that a key cannot have: blanks within it, control characters or letters beyond ASCII."
            );
    }

    private async Task<string> AskNewAsync(string key, string message, CancellationToken cancellationToken)
    {
        if (_cache.Find(key) is { } known)
        {
            return known; // answered between the first look and now
        }

        string answer = await _retries
            .ExecuteAsync(
                async token =>
                {
                    await _slots.WaitAsync(token).ConfigureAwait(false);
                    try
                    {
                        return await SendAsync(message, token).ConfigureAwait(false);
                    }
                    finally
                    {
                        _slots.Release();
                    }
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        _cache.Add(key, answer);
        return answer;
    }

    private async Task<string> SendAsync(string message, CancellationToken cancellationToken)
    {
        using CancellationTokenSource clock = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        clock.CancelAfter(_options.RequestTimeout);
        Uri address = new(_options.Endpoint.AbsoluteUri.TrimEnd('/') + "/chat/completions");
        try
        {
            using HttpResponseMessage response = await _http
                .PostAsJsonAsync(
                    address,
                    new
                    {
                        model = _options.Model,
                        messages = new[] { new { role = "user", content = message } },
                        temperature = 0,
                        max_tokens = _options.MaxTokens,
                    },
                    clock.Token
                )
                .ConfigureAwait(false);
            string body = await response.Content.ReadAsStringAsync(clock.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? Content(address, body) : throw Refusal(address, response, body);
        }
        catch (HttpRequestException e)
        {
            throw Failure($"{address}: {e.Message}", mayPass: true, e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failure($"{address}: no answer within {_options.RequestTimeout.TotalSeconds} s.", mayPass: true, e);
        }
    }

    private JudgeRequestException Refusal(Uri address, HttpResponseMessage response, string body)
    {
        bool mayPass =
            response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500;
        RetryConditionHeaderValue? after = response.Headers.RetryAfter;
        TimeSpan? wait = after?.Delta ?? (after?.Date is { } date ? date - DateTimeOffset.UtcNow : null);
        TimeSpan? asked = wait is { } w && w > TimeSpan.Zero ? (w < JudgeOptions.Longest ? w : JudgeOptions.Longest) : null;
        return Failure($"{address}: status {(int)response.StatusCode}: {Beginning(body)}", mayPass, retryAfter: asked);
    }

    private string Content(Uri address, string body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            if (document.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString() is { } content)
            {
                return content;
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw Failure($"{address}: the answer has no choices[0].message.content: {Beginning(body)}", mayPass: false, e);
        }

        throw Failure($"{address}: the answer's choices[0].message.content is null: {Beginning(body)}", mayPass: false);
    }

    private static string Beginning(string body)
    {
        const int Shown = 300;
        return body.Length > Shown ? body[..Shown] : body;
    }

    // Some servers repeat the key that they refuse.
    private JudgeRequestException Failure(string message, bool mayPass, Exception? inner = null, TimeSpan? retryAfter = null) =>
        new(_key is null ? message : message.Replace(_key, "***", StringComparison.Ordinal), mayPass, inner) { RetryAfter = retryAfter };
}

/// <summary>A judge could not be asked.</summary>
public sealed class JudgeRequestException : IOException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened at which address.</param>
    /// <param name="mayPass">Whether another try may succeed.</param>
    /// <param name="inner">The cause.</param>
    public JudgeRequestException(string message, bool mayPass, Exception? inner = null)
        : base(message, inner) => MayPass = mayPass;

    /// <summary>Whether another try may succeed.</summary>
    public bool MayPass { get; }

    /// <summary>When the server wants the next try; null where it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
