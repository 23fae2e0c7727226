using System.Collections.Concurrent;
using Microsoft.Extensions.AI;
using Rlhf.Json;

namespace Rlhf.Judges;

/// <summary>Asks a chat client: each question only once at a time, and not again once it was answered.</summary>
internal sealed class JudgeQuestions : IDisposable
{
    private readonly JudgeOptions _options;
    private readonly IChatClient _client;
    private readonly string _place;
    private readonly AnswerCache _cache;
    private readonly SemaphoreSlim? _slots;
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _underWay = new(StringComparer.Ordinal);

    public JudgeQuestions(JudgeOptions options, IChatClient client)
    {
        _options = options;
        _client = client;
        _place = Place(client);
        _cache = new(options.Cache);

        // The library's own client bounds its tries, so that nobody waits for one that waits.
        _slots = client is ChatClient ? null : new(options.MaxParallelism);
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
        _slots?.Dispose();
        _cache.Dispose();
    }

    // Without user and query, where a key may stand.
    private static string Place(IChatClient client) =>
        client.GetService(typeof(ChatClientMetadata)) is ChatClientMetadata { ProviderUri: { IsAbsoluteUri: true } address }
            ? address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
            : client.GetType().Name;

    private async Task<string> AskNewAsync(string key, string message, CancellationToken cancellationToken)
    {
        if (_cache.Find(key) is { } known)
        {
            return known; // answered between the first look and now
        }

        ChatResponse response = await SendAsync(message, cancellationToken).ConfigureAwait(false);
        if (ChatReply.Fault(response) is { } fault)
        {
            throw Failure(
                $"{fault} It begins with: {JsonText.Quote(response.RawRepresentation as string ?? response.Text)}",
                mayPass: true
            );
        }

        _cache.Add(key, response.Text);
        return response.Text;
    }

    private async Task<ChatResponse> SendAsync(string message, CancellationToken cancellationToken)
    {
        ChatOptions options = new()
        {
            ModelId = _options.Model,
            MaxOutputTokens = _options.MaxTokens,
            Temperature = (float?)_options.Temperature,
        };
        if (_slots is not null)
        {
            await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return await _client.GetResponseAsync([new(ChatRole.User, message)], options, cancellationToken).ConfigureAwait(false)
                ?? throw new InvalidOperationException("the chat client returned nothing.");
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested && e is not OperationCanceledException)
        {
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // A time-out of the client's own, and no wish of those who ask.
            throw Failure($"the chat client gave up: {JsonText.Quote(e.Message)}", mayPass: true, e);
        }
        catch (Exception e) when (e is not (OperationCanceledException or JudgeRequestException))
        {
            throw Failure(JsonText.Quote(e.Message), mayPass: e is IOException or HttpRequestException or TimeoutException, e);
        }
        finally
        {
            _slots?.Release();
        }
    }

    private JudgeRequestException Failure(string message, bool mayPass, Exception? inner = null) =>
        new($"{_place}: {message}", mayPass, inner);
}
