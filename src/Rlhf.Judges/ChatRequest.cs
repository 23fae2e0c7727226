using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Rlhf.Judges;

/// <summary>The body of a request to an OpenAI-compatible endpoint.</summary>
internal static class ChatRequest
{
    /// <summary>Messages of text, and the options that every such endpoint knows; what is null is not sent.</summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="options">Options of the call.</param>
    /// <param name="model">The model where the options name none.</param>
    /// <param name="tokenLimitKey">The key of the limit on tokens.</param>
    /// <exception cref="NotSupportedException">A message or an option asks for more; it is named.</exception>
    public static byte[] Write(IEnumerable<ChatMessage> messages, ChatOptions? options, string model, string tokenLimitKey)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (Unknown(options) is { } unknown)
        {
            throw new NotSupportedException($"the judges' own chat client does not know {unknown}; take another IChatClient for it.");
        }

        JsonArray written = [];
        if (options?.Instructions is { } instructions)
        {
            written.Add(Message(new(ChatRole.System, instructions)));
        }

        foreach (ChatMessage message in messages)
        {
            written.Add(Message(message));
        }

        JsonObject request = new() { ["model"] = options?.ModelId ?? model, ["messages"] = written };
        Add(tokenLimitKey, options?.MaxOutputTokens);
        Add("temperature", options?.Temperature);
        Add("top_p", options?.TopP);
        Add("frequency_penalty", options?.FrequencyPenalty);
        Add("presence_penalty", options?.PresencePenalty);
        Add("seed", options?.Seed);
        Add("stop", options?.StopSequences is { Count: > 0 } stop ? new JsonArray([.. stop.Select(s => JsonValue.Create(s))]) : null);
        return JsonSerializer.SerializeToUtf8Bytes(request);

        void Add(string key, JsonNode? value)
        {
            if (value is not null)
            {
                request[key] = value;
            }
        }
    }

    private static JsonObject Message(ChatMessage message)
    {
        if (message.Role != ChatRole.System && message.Role != ChatRole.User && message.Role != ChatRole.Assistant)
        {
            throw new NotSupportedException($"the judges' own chat client does not know messages of the role '{message.Role}'.");
        }

        // Earlier thoughts are not sent again: endpoints refuse them or leave them out.
        return message.Contents.FirstOrDefault(c => c is not (TextContent or TextReasoningContent)) is { } other
            ? throw new NotSupportedException($"the judges' own chat client sends text alone, no {other.GetType().Name}.")
            : new() { ["role"] = message.Role.Value, ["content"] = message.Text };
    }

    private static string? Unknown(ChatOptions? options) =>
        options switch
        {
            { Tools.Count: > 0 } => nameof(options.Tools),
            { ToolMode: not null and not NoneChatToolMode } => nameof(options.ToolMode),
            { ResponseFormat: not null and not ChatResponseFormatText } => nameof(options.ResponseFormat),
            { TopK: not null } => nameof(options.TopK),
            { Reasoning: not null } => nameof(options.Reasoning),
            { ConversationId: not null } => nameof(options.ConversationId),
            { AllowBackgroundResponses: true } => nameof(options.AllowBackgroundResponses),
            { ContinuationToken: not null } => nameof(options.ContinuationToken),
            { RawRepresentationFactory: not null } => nameof(options.RawRepresentationFactory),
            { AdditionalProperties.Count: > 0 } => nameof(options.AdditionalProperties),
            _ => null,
        };
}
