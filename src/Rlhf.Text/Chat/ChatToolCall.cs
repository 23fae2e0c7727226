using System.Text.Json;

namespace Rlhf.Chat;

/// <summary>A call of a tool by the assistant.</summary>
public sealed class ChatToolCall(string name, JsonElement arguments)
{
    /// <summary>The tool's name.</summary>
    public string Name { get; } = name;

    /// <summary>The arguments: a JSON object, or a JSON string that already holds one written out.</summary>
    public JsonElement Arguments { get; } = arguments;
}
