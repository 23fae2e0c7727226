using System.Collections.Concurrent;
using Microsoft.Extensions.AI;

namespace Rlhf.Tests.Judges;

/// <summary>A chat client that answers as a test says, keeps what it was asked and supports nothing else.</summary>
internal sealed class FakeChatClient(Func<string, CancellationToken, Task<ChatResponse>> reply) : IChatClient
{
    private int _atOnce;

    public FakeChatClient(string text)
        : this((_, _) => Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, text)))) { }

    public ConcurrentQueue<(string Text, ChatOptions? Options)> Requests { get; } = new();

    public int MostAtOnce { get; private set; }

    public bool IsDisposed { get; private set; }

    public ChatClientMetadata? Metadata { get; init; }

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ChatMessage message = Assert.Single(messages);
        Assert.Equal(ChatRole.User, message.Role);
        Requests.Enqueue((message.Text, options));
        MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _atOnce));
        try
        {
            return await reply(message.Text, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _atOnce);
        }
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) => throw new NotSupportedException();

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType == typeof(ChatClientMetadata) ? Metadata : null;

    public void Dispose() => IsDisposed = true;
}
