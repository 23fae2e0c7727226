using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Polly;
using Polly.Retry;
using Rlhf.Json;

namespace Rlhf.Judges;

/// <summary>Asks an OpenAI-compatible endpoint: bounded parallelism, retries, a cache, and each question only once at a time.</summary>
internal sealed class ChatClient : IDisposable
{
    private const int LongestAnswer = 1 << 24; // bytes

    private readonly JudgeOptions _options;
    private readonly Uri _address;
    private readonly HttpClient _http;
    private readonly SemaphoreSlim _slots;
    private readonly ResiliencePipeline<string> _retries;
    private readonly AnswerCache _cache;
    private readonly string? _key;
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _underWay = new(StringComparer.Ordinal);

    public ChatClient(JudgeOptions options)
    {
        _options = options;
        _address = new(options.Endpoint.AbsoluteUri.TrimEnd('/') + "/chat/completions");
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
        string key = AnswerCache.Key(_options, message);
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
        string body = "";
        try
        {
            // A body of known length: not every server takes one in chunks.
            using ByteArrayContent request = new(Request(message));
            request.Headers.ContentType = new("application/json");
            using HttpResponseMessage response = await _http.PostAsync(_address, request, clock.Token).ConfigureAwait(false);
            byte[] bytes = await response.Content.ReadAsByteArrayAsync(clock.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                throw Refusal(response, Encoding.UTF8.GetString(bytes));
            }

            body = ChatAnswer.Decode(bytes, response.Content.Headers.ContentType);
            return ChatAnswer.Read(body);
        }
        catch (UnfinishedAnswerException e)
        {
            throw Failure($"{e.Message} It begins with: {Shown(body)}", mayPass: true, e);
        }
        catch (FormatException e) when (e is not UriFormatException)
        {
            throw Failure(
                $"the answer has no choices[0].message.content that can be read: {Shown(e.Message)} It begins with: {Shown(body)}",
                mayPass: false,
                e
            );
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failure($"no answer within {_options.RequestTimeout.TotalSeconds} s.", mayPass: true, e);
        }
        catch (Exception e) when (e is not (OperationCanceledException or JudgeRequestException))
        {
            // A redirect to an address that is none is an error of its own kind, and not the last.
            throw Failure(Shown(e.Message), mayPass: e is IOException or HttpRequestException, e);
        }
    }

    private byte[] Request(string message)
    {
        JsonObject request = new()
        {
            ["model"] = _options.Model,
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = message }),
            [_options.TokenLimitKey] = _options.MaxTokens,
        };
        if (_options.Temperature is { } temperature)
        {
            request["temperature"] = temperature;
        }

        return JsonSerializer.SerializeToUtf8Bytes(request);
    }

    private JudgeRequestException Refusal(HttpResponseMessage response, string body)
    {
        bool mayPass =
            response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500;
        RetryConditionHeaderValue? after = response.Headers.RetryAfter;
        TimeSpan? wait = after?.Delta ?? (after?.Date is { } date ? date - DateTimeOffset.UtcNow : null);
        TimeSpan? asked = wait is { } w && w > TimeSpan.Zero ? (w < JudgeOptions.Longest ? w : JudgeOptions.Longest) : null;
        return Failure($"status {(int)response.StatusCode}: {Shown(body)}", mayPass, retryAfter: asked);
    }

    // Some servers repeat the key that they refuse: it is hidden before anything is cut off.
    private string Shown(string text) => JsonText.Quote(_key is null ? text : text.Replace(_key, "***", StringComparison.Ordinal));

    private JudgeRequestException Failure(string message, bool mayPass, Exception? inner = null, TimeSpan? retryAfter = null) =>
        new($"{_address}: {message}", mayPass, inner) { RetryAfter = retryAfter };
}
