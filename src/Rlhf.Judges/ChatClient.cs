using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.AI;
using Polly;
using Polly.Retry;
using Rlhf.Json;

namespace Rlhf.Judges;

/// <summary>Asks an OpenAI-compatible endpoint, with bounded parallelism and retries.</summary>
internal sealed class ChatClient : IChatClient
{
    private const int LongestAnswer = 1 << 24; // bytes

    private readonly JudgeOptions _options;
    private readonly Uri _address;
    private readonly HttpClient _http;
    private readonly SemaphoreSlim _slots;
    private readonly ResiliencePipeline<ChatResponse> _retries;
    private readonly ChatClientMetadata _metadata;
    private readonly string? _key;

    public ChatClient(JudgeOptions options)
    {
        _options = options;
        _address = new(options.Endpoint.AbsoluteUri.TrimEnd('/') + "/chat/completions");
        _metadata = new("openai", _address, options.Model);
        _key = ReadKey(options.ApiKeyVariable);
        _slots = new(options.MaxParallelism);
        _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = options.MaxParallelism })
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = LongestAnswer,
        };
        _http.DefaultRequestHeaders.Authorization = _key is null ? null : new("Bearer", _key);

        ResiliencePipelineBuilder<ChatResponse> builder = new();
        _retries = (
            options.Retries == 0
                ? builder
                : builder.AddRetry(
                    new RetryStrategyOptions<ChatResponse>
                    {
                        MaxRetryAttempts = options.Retries,
                        Delay = options.RetryDelay,
                        BackoffType = DelayBackoffType.Exponential,
                        UseJitter = true,
                        ShouldHandle = new PredicateBuilder<ChatResponse>()
                            .Handle<JudgeRequestException>(e => e.MayPass)
                            .HandleResult(r => ChatReply.Fault(r) is not null),
                        DelayGenerator = a => ValueTask.FromResult((a.Outcome.Exception as JudgeRequestException)?.RetryAfter),
                    }
                )
        ).Build();
    }

    /// <inheritdoc/>
    /// <remarks>After the last try an answer that was cut off, filtered or is empty is returned as it is, with its reason.</remarks>
    /// <exception cref="JudgeRequestException">There was no answer, or none that can be read.</exception>
    /// <exception cref="NotSupportedException">A message or an option asks for what this client does not know; it is named.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        byte[] request = ChatRequest.Write(messages, options, _options.Model, _options.TokenLimitKey);
        return await _retries
            .ExecuteAsync(
                async token =>
                {
                    await _slots.WaitAsync(token).ConfigureAwait(false);
                    try
                    {
                        return await SendAsync(request, token).ConfigureAwait(false);
                    }
                    finally
                    {
                        _slots.Release();
                    }
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <remarks>The endpoint is asked for the whole answer; it comes in one update, and a second one with its usage.</remarks>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ChatResponse response = await GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false);
        foreach (ChatResponseUpdate update in response.ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    public void Dispose()
    {
        _http.Dispose();
        _slots.Dispose();
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

    private async Task<ChatResponse> SendAsync(byte[] body, CancellationToken cancellationToken)
    {
        using CancellationTokenSource clock = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        clock.CancelAfter(_options.RequestTimeout);
        string answer = "";
        try
        {
            // A body of known length: not every server takes one in chunks.
            using ByteArrayContent request = new(body);
            request.Headers.ContentType = new("application/json");
            using HttpResponseMessage response = await _http.PostAsync(_address, request, clock.Token).ConfigureAwait(false);
            byte[] bytes = await response.Content.ReadAsByteArrayAsync(clock.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                throw Refusal(response, Encoding.UTF8.GetString(bytes));
            }

            answer = ChatAnswer.Decode(bytes, response.Content.Headers.ContentType);
            ChatResponse read = ChatAnswer.Read(answer);
            read.RawRepresentation = Hidden(answer);
            return read;
        }
        catch (FormatException e) when (e is not UriFormatException)
        {
            throw Failure(
                $"the answer has no choices[0].message.content that can be read: {Shown(e.Message)} It begins with: {Shown(answer)}",
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
    private string Shown(string text) => JsonText.Quote(Hidden(text));

    private string Hidden(string text) => _key is null ? text : text.Replace(_key, "***", StringComparison.Ordinal);

    private JudgeRequestException Failure(string message, bool mayPass, Exception? inner = null, TimeSpan? retryAfter = null) =>
        new($"{_address}: {message}", mayPass, inner) { RetryAfter = retryAfter };
}
