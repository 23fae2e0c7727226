using System.Text.Json;

namespace Rlhf.Chat;

/// <summary>Who speaks in a chat.</summary>
public enum MessageRole
{
    /// <summary>Instructions above the conversation.</summary>
    System,

    /// <summary>The person, or the task's prompt.</summary>
    User,

    /// <summary>The model.</summary>
    Assistant,

    /// <summary>What a tool returned.</summary>
    Tool,
}

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

/// <summary>A call of a tool by the assistant.</summary>
public sealed class ChatToolCall(string name, JsonElement arguments)
{
    /// <summary>The tool's name.</summary>
    public string Name { get; } = name;

    /// <summary>The arguments: a JSON object, or a JSON string that already holds one written out.</summary>
    public JsonElement Arguments { get; } = arguments;
}
