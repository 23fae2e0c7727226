using System.Text.Json;
using Microsoft.Extensions.AI;
using Rlhf.Judges;

namespace Rlhf.Tests.Judges;

/// <summary>The library's own chat client as a client of Microsoft.Extensions.AI.</summary>
public sealed class ChatClientTests : IDisposable
{
    private const string Whole = """
        {"id": "r-1", "model": "judge-2", "created": 1700000000, "choices": [{"finish_reason": "stop", "message": {
          "reasoning_content": "Rating: 1?", "content": [{"type": "text", "text": "Rat"}, {"type": "thinking", "thinking": [{"text": "hm"}]}, "ing: 7"]}}],
          "usage": {"prompt_tokens": 11, "completion_tokens": 5, "total_tokens": 16, "prompt_tokens_details": {"cached_tokens": 4},
          "completion_tokens_details": {"reasoning_tokens": 3}}}
        """;

    private readonly List<JudgeServer> _servers = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AResponse_KeepsAllThatTheEndpointSaid()
    {
        JudgeServer server = Start(_ => new(200, null) { Body = Whole });
        using ChatClient client = new(Options(server));
        ChatResponse response = await client.GetResponseAsync("hello", cancellationToken: Token);
        Assert.Equal("Rating: 7", response.Text);
        ChatMessage message = Assert.Single(response.Messages);
        Assert.Equal(ChatRole.Assistant, message.Role);
        Assert.Equal(["Rating: 1?", "hm"], message.Contents.OfType<TextReasoningContent>().Select(c => c.Text));
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Equal("r-1", response.ResponseId);
        Assert.Equal("judge-2", response.ModelId);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1700000000), response.CreatedAt);
        Assert.Equal(11, response.Usage!.InputTokenCount);
        Assert.Equal(5, response.Usage.OutputTokenCount);
        Assert.Equal(16, response.Usage.TotalTokenCount);
        Assert.Equal(4, response.Usage.CachedInputTokenCount);
        Assert.Equal(3, response.Usage.ReasoningTokenCount);
        Assert.Equal(Whole, response.RawRepresentation);
    }

    [Theory]
    [InlineData("length")]
    [InlineData("content_filter")]
    [InlineData("abort")]
    public async Task AnUnfinishedAnswer_IsTriedAgain_AndThenReturnedWithItsReason(string reason)
    {
        JudgeServer server = Start(_ => new(200, "Rating: 9") { FinishReason = reason });
        using ChatClient client = new(Options(server).With(new { Retries = 1 }));
        ChatResponse response = await client.GetResponseAsync("hello", cancellationToken: Token);
        Assert.Equal(new ChatFinishReason(reason), response.FinishReason);
        Assert.Equal("Rating: 9", response.Text);
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData("{\"content\": null, \"refusal\": \"I will not.\"}")]
    [InlineData("{\"content\": [{\"type\": \"refusal\", \"refusal\": \"I will not.\"}]}")]
    public async Task ARefusal_IsAnErrorContent_AndNoText(string message)
    {
        JudgeServer server = Start(_ => new(200, null) { Body = $"{{\"choices\": [{{\"message\": {message}}}]}}" });
        using ChatClient client = new(Options(server).With(new { Retries = 0 }));
        ChatResponse response = await client.GetResponseAsync("hello", cancellationToken: Token);
        ErrorContent refusal = Assert.Single(response.Messages[0].Contents.OfType<ErrorContent>());
        Assert.Equal(("Refusal", "I will not."), (refusal.ErrorCode, refusal.Message));
        Assert.Equal("", response.Text);

        using Judge judge = new(Options(server).With(new { Retries = 0 }));
        JudgeRequestException error = await Assert.ThrowsAsync<JudgeRequestException>(async () =>
            await judge.ScoreAsync(new(new Problem { Id = "1", Question = "what?" }, "x", [], false), Token)
        );
        Assert.Contains("is a refusal", error.Message, StringComparison.Ordinal);
        Assert.StartsWith($"{server.Address}/chat/completions: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"id\": 7, \"model\": \"\", \"created\": 1e99, \"usage\": {\"prompt_tokens\": 1.5, \"prompt_tokens_details\": null}")]
    [InlineData("\"created\": 999999999999999, \"usage\": [1]")]
    [InlineData("\"created\": -1, \"usage\": {\"prompt_tokens\": -1, \"completion_tokens_details\": 7}")]
    public async Task OddFieldsBesideTheAnswer_AreLeftOut_AndTheAnswerIsRead(string fields)
    {
        JudgeServer server = Start(_ =>
            new(200, null)
            {
                Body = $"{{\"choices\": [{{\"finish_reason\": \"\", \"message\": {{\"content\": \"Rating: 7\"}}}}], {fields}}}",
            }
        );
        using ChatClient client = new(Options(server));
        ChatResponse response = await client.GetResponseAsync("hello", cancellationToken: Token);
        Assert.Equal("Rating: 7", response.Text);
        Assert.Null(response.FinishReason);
        Assert.Null(response.CreatedAt);
        Assert.Null(response.ModelId);
        Assert.Null(response.Usage?.InputTokenCount);
    }

    [Fact]
    public async Task Updates_AddUpToTheResponse()
    {
        JudgeServer server = Start(_ => new(200, null) { Body = Whole });
        using ChatClient client = new(Options(server));
        ChatResponse response = await client.GetStreamingResponseAsync("hello", cancellationToken: Token).ToChatResponseAsync(Token);
        Assert.Equal("Rating: 7", response.Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Equal(5, response.Usage!.OutputTokenCount);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task ARequest_CarriesMessagesAndOptions_AndNothingThatWasNotAsked()
    {
        JudgeServer server = Start(_ => new(200, "Rating: 7"));
        using ChatClient client = new(Options(server));
        await client.GetResponseAsync("hello", cancellationToken: Token);
        await client.GetResponseAsync(
            [new(ChatRole.System, "Be short."), new(ChatRole.User, "a"), new(ChatRole.Assistant, "b"), new(ChatRole.User, "c")],
            new()
            {
                Instructions = "You judge.",
                ModelId = "other",
                MaxOutputTokens = 9,
                Temperature = 0.1f,
                TopP = 0.5f,
                Seed = 3,
                StopSequences = ["END"],
                FrequencyPenalty = 0.25f,
                PresencePenalty = 0.75f,
            },
            Token
        );
        string[] bodies = [.. server.Requests.Select(r => r.Body)];
        Assert.Equal("{\"model\":\"judge-1\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}", bodies[0]);
        using JsonDocument request = JsonDocument.Parse(bodies[1]);
        Assert.Equal(
            ["system You judge.", "system Be short.", "user a", "assistant b", "user c"],
            request
                .RootElement.GetProperty("messages")
                .EnumerateArray()
                .Select(m => $"{m.GetProperty("role").GetString()} {m.GetProperty("content").GetString()}")
        );
        Assert.EndsWith(
            "],\"max_tokens\":9,\"temperature\":0.1,\"top_p\":0.5,\"frequency_penalty\":0.25,\"presence_penalty\":0.75,\"seed\":3,\"stop\":[\"END\"]}",
            bodies[1],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task WhatTheClientDoesNotKnow_IsRefusedByName_AndNotSent()
    {
        JudgeServer server = Start(_ => new(200, "Rating: 7"));
        using ChatClient client = new(Options(server));
        foreach (
            (ChatOptions options, string name) in new[]
            {
                (new ChatOptions { Tools = [new HostedWebSearchTool()] }, "Tools"),
                (new ChatOptions { TopK = 5 }, "TopK"),
                (new ChatOptions { ResponseFormat = ChatResponseFormat.Json }, "ResponseFormat"),
                (new ChatOptions { ConversationId = "c" }, "ConversationId"),
                (new ChatOptions { AdditionalProperties = new() { ["logprobs"] = true } }, "AdditionalProperties"),
            }
        )
        {
            Assert.Contains(
                name,
                (await Assert.ThrowsAsync<NotSupportedException>(() => client.GetResponseAsync("hello", options, Token))).Message,
                StringComparison.Ordinal
            );
        }

        ChatMessage[] odd =
        [
            new(ChatRole.User, [new TextContent("see"), new UriContent("http://localhost/a.png", "image/png")]),
            new(ChatRole.Tool, "42"),
        ];
        foreach (ChatMessage message in odd)
        {
            await Assert.ThrowsAsync<NotSupportedException>(() => client.GetResponseAsync(message, cancellationToken: Token));
        }

        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task TheRawBody_DoesNotShowTheKey()
    {
        const string Key = "sk-client-secret-123";
        Environment.SetEnvironmentVariable("CHAT_CLIENT_TESTS_KEY", Key);
        JudgeServer server = Start(_ => new(200, null) { Body = $"{{\"key\": \"{Key}\", \"choices\": [{{\"message\": {{}}}}]}}" });
        using Judge judge = new(Options(server).With(new { ApiKeyVariable = "CHAT_CLIENT_TESTS_KEY", Retries = 0 }));
        JudgeRequestException error = await Assert.ThrowsAsync<JudgeRequestException>(async () =>
            await judge.ScoreAsync(new(new Problem { Id = "1", Question = "what?" }, "x", [], false), Token)
        );
        Environment.SetEnvironmentVariable("CHAT_CLIENT_TESTS_KEY", null);
        Assert.Contains("***", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Services_AreTheClientAndItsMetadata()
    {
        using ChatClient client = new(new() { Endpoint = new("http://localhost/v1/"), Model = "m" });
        Assert.Same(client, client.GetService(typeof(ChatClient)));
        Assert.Same(client, client.GetService(typeof(IChatClient)));
        ChatClientMetadata metadata = client.GetService<ChatClientMetadata>()!;
        Assert.Equal("m", metadata.DefaultModelId);
        Assert.Equal(new Uri("http://localhost/v1/chat/completions"), metadata.ProviderUri);
        Assert.Null(client.GetService(typeof(ChatClient), "key"));
        Assert.Null(client.GetService(typeof(string)));
    }

    public void Dispose() => _servers.ForEach(s => s.Dispose());

    private static JudgeOptions Options(JudgeServer server) =>
        new()
        {
            Endpoint = server.Address,
            Model = "judge-1",
            RetryDelay = TimeSpan.FromMilliseconds(5),
            ApiKeyVariable = "JUDGE_TESTS_NO_KEY",
        };

    private JudgeServer Start(Func<string, JudgeReply> reply)
    {
        _servers.Add(new(reply));
        return _servers[^1];
    }
}
