namespace Rlhf.Chat;

/// <summary>A message of a chat.</summary>
public sealed class Message(
    MessageRole role,
    string content,
    IReadOnlyList<ChatToolCall>? toolCalls = null,
    string? reasoningContent = null
)
{
    /// <summary>Who speaks.</summary>
    public MessageRole Role { get; } = role;

    /// <summary>The text; empty, not null, where a message only calls tools.</summary>
    public string Content { get; } = content;

    /// <summary>The tools an assistant calls, in order; null or empty for none.</summary>
    public IReadOnlyList<ChatToolCall>? ToolCalls { get; } = toolCalls;

    /// <summary>
    /// An assistant's reasoning apart from its answer. Null where it is not given apart: Qwen3's template then looks for it between think tags
    /// in the content.
    /// </summary>
    public string? ReasoningContent { get; } = reasoningContent;
}
