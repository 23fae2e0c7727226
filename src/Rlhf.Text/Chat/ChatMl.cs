using System.Text.Json;

namespace Rlhf.Chat;

/// <summary>The pieces that the templates of the ChatML family share: markup of messages, and the Qwen family's of tools.</summary>
internal static class ChatMl
{
    public const string Start = "<|im_start|>";
    public const string End = "<|im_end|>";
    public const string AssistantStart = Start + "assistant\n";

    private const string ToolsBefore =
        "# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
        + "You are provided with function signatures within <tools></tools> XML tags:\n<tools>";

    private const string ToolsAfter =
        "\n</tools>\n\nFor each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:\n"
        + "<tool_call>\n{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call>";

    public static void WriteMessage(SegmentWriter writer, string role, string content) =>
        writer.Template($"{Start}{role}\n").Content(content).Template($"{End}\n");

    public static void WriteTools(SegmentWriter writer, IReadOnlyList<JsonElement> tools)
    {
        writer.Template(ToolsBefore);
        foreach (JsonElement tool in tools)
        {
            writer.Template("\n").Content(PythonJson.Write(tool));
        }

        writer.Template(ToolsAfter);
    }

    public static void WriteToolCall(SegmentWriter writer, string name, string arguments) =>
        writer
            .Template("<tool_call>\n{\"name\": \"")
            .Content(name)
            .Template("\", \"arguments\": ")
            .Content(arguments)
            .Template("}\n</tool_call>");

    /// <summary>A tool's response; those in a row make up one message of the user.</summary>
    public static void WriteToolResponse(SegmentWriter writer, IReadOnlyList<Message> messages, int index)
    {
        if (index == 0 || messages[index - 1].Role != MessageRole.Tool)
        {
            writer.Template($"{Start}user");
        }

        writer.Template("\n<tool_response>\n").Content(messages[index].Content).Template("\n</tool_response>");
        if (index == messages.Count - 1 || messages[index + 1].Role != MessageRole.Tool)
        {
            writer.Template($"{End}\n");
        }
    }
}
