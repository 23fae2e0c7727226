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
/// <param name="Role">Who speaks.</param>
/// <param name="Content">The text; empty, not null, where a message only calls tools.</param>
/// <param name="ToolCalls">The tools an assistant calls, in order; null or empty for none.</param>
/// <param name="ReasoningContent">
/// An assistant's reasoning apart from its answer. Null where it is not given apart: Qwen3's template then looks for it between think tags
/// in the content.
/// </param>
public sealed record Message(
    MessageRole Role,
    string Content,
    IReadOnlyList<ChatToolCall>? ToolCalls = null,
    string? ReasoningContent = null
);

/// <summary>A call of a tool by the assistant.</summary>
/// <param name="Name">The tool's name.</param>
/// <param name="Arguments">The arguments: a JSON object, or a JSON string that already holds one written out.</param>
public sealed record ChatToolCall(string Name, JsonElement Arguments);
