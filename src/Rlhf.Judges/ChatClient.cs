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
    private readonly JudgeOptions _options;
    private readonly HttpClient _http;
    private readonly SemaphoreSlim _slots;
    private readonly ResiliencePipeline<string> _retries;
    private readonly AnswerCache _cache;
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _underWay = new(StringComparer.Ordinal);

    public ChatClient(JudgeOptions options)
    {
        _options = options;
        _cache = new(options.Cache);
        _slots = new(options.MaxParallelism);
        _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = options.MaxParallelism }) { Timeout = Timeout.InfiniteTimeSpan };
        if (Environment.GetEnvironmentVariable(options.ApiKeyVariable) is { Length: > 0 } key)
        {
            _http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        }

        ResiliencePipelineBuilder<string> builder = new();
        _retries = (options.Retries == 0 ? builder : builder.AddRetry(new RetryStrategyOptions<string>
        {
            MaxRetryAttempts = options.Retries,
            Delay = options.RetryDelay,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = new PredicateBuilder<string>().Handle<JudgeRequestException>(e => e.MayPass),
            DelayGenerator = a => ValueTask.FromResult((a.Outcome.Exception as JudgeRequestException)?.RetryAfter),
        })).Build();
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

        // The first who asks pays; if it was cancelled, whoever still waits asks again.
        Lazy<Task<string>> own = new(() => AskNewAsync(key, message, cancellationToken)), shared = _underWay.GetOrAdd(key, own);
        try
        {
            return await shared.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (shared != own && !cancellationToken.IsCancellationRequested)
        {
            return await AskNewAsync(key, message, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _underWay.TryRemove(new(key, own));
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _slots.Dispose();
        _cache.Dispose();
    }

    private async Task<string> AskNewAsync(string key, string message, CancellationToken cancellationToken)
    {
        string answer = await _retries.ExecuteAsync(async token =>
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
        }, cancellationToken).ConfigureAwait(false);
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
            using HttpResponseMessage response = await _http.PostAsJsonAsync(
                address, new { model = _options.Model, messages = new[] { new { role = "user", content = message } }, temperature = 0, max_tokens = _options.MaxTokens }, clock.Token).ConfigureAwait(false);
            string body = await response.Content.ReadAsStringAsync(clock.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? Content(address, body) : throw Refusal(address, response, body);
        }
        catch (HttpRequestException e)
        {
            throw new JudgeRequestException($"{address}: {e.Message}", mayPass: true, e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new JudgeRequestException($"{address}: no answer within {_options.RequestTimeout.TotalSeconds} s.", mayPass: true, e);
        }
    }

    private static JudgeRequestException Refusal(Uri address, HttpResponseMessage response, string body)
    {
        bool mayPass = response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500;
        RetryConditionHeaderValue? after = response.Headers.RetryAfter;
        TimeSpan? wait = after?.Delta ?? (after?.Date is { } date ? date - DateTimeOffset.UtcNow : null);
        const int Shown = 300;
        return new($"{address}: status {(int)response.StatusCode}: {(body.Length > Shown ? body[..Shown] : body)}", mayPass)
        {
            RetryAfter = wait is { } w && w > TimeSpan.Zero ? w : null,
        };
    }

    private static string Content(Uri address, string body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return document.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString() ?? "";
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new JudgeRequestException($"{address}: the answer has no choices[0].message.content: {body[..Math.Min(body.Length, 200)]}", mayPass: false, e);
        }
    }
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
