using System.Text.Json;

namespace Rlhf.Chat;

/// <summary>
/// Llama 3.1, 3.2 and 3.3 Instruct: a system header that is always there and tells the date, tools in the first user message. The date is
/// the
/// templates' fixed default, since one that follows the clock (as 3.2's does where it can) would give another prompt every day.
/// </summary>
internal sealed class Llama31Template : ChatTemplate
{
    private const string Dates = "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n";

    private const string ToolsBefore =
        "Given the following functions, please respond with a JSON for a function call with its proper arguments that best answers the given prompt.\n\n"
        + "Respond in the format {\"name\": function name, \"parameters\": dictionary of argument name and its value}.Do not use variables.\n\n";

    public override string Name => "llama3.1";

    public override string EndOfTurn => Llama3.End;

    protected override void Write(SegmentWriter writer, IReadOnlyList<Message> messages, ChatRenderOptions options)
    {
        RequireMessages(messages);
        int next = 0;
        IReadOnlyList<JsonElement> tools = options.Tools ?? [];
        writer.Template(Llama3.Begin + Llama3.Header("system")).Template(tools.Count > 0 ? "Environment: ipython\n" : "").Template(Dates);
        if (messages[0].Role == MessageRole.System)
        {
            writer.Content(Llama3.Trim(messages[next++].Content));
        }

        writer.Template(Llama3.End);
        if (tools.Count > 0)
        {
            if (next == messages.Count)
            {
                throw new ArgumentException(
                    "The chat template 'llama3.1' puts tools into the first user message, and there is none.",
                    nameof(messages)
                );
            }

            WriteWithTools(writer, tools, messages[next++]);
        }

        for (; next < messages.Count; next++)
        {
            WriteMessage(writer, messages[next]);
        }

        if (options.AddGenerationPrompt)
        {
            writer.Template(Llama3.Header("assistant"));
        }
    }

    private static void WriteWithTools(SegmentWriter writer, IReadOnlyList<JsonElement> tools, Message first)
    {
        writer.Template(Llama3.Header("user") + ToolsBefore);
        foreach (JsonElement tool in tools)
        {
            writer.Content(PythonJson.Write(tool, indent: 4)).Template("\n\n");
        }

        writer.Content(Llama3.Trim(first.Content)).Template(Llama3.End);
    }

    private static void WriteMessage(SegmentWriter writer, Message message)
    {
        if (message.ToolCalls is { } calls)
        {
            if (calls.Count != 1)
            {
                throw new ArgumentException(
                    $"The chat template 'llama3.1' takes one tool call a message, not {calls.Count}.",
                    nameof(message)
                );
            }

            writer
                .Template(Llama3.Header("assistant") + "{\"name\": \"")
                .Content(calls[0].Name)
                .Template("\", \"parameters\": ")
                .Content(PythonJson.Write(calls[0].Arguments))
                .Template("}" + Llama3.End);
        }
        else if (message.Role == MessageRole.Tool)
        {
            // The original writes text as a JSON string here, since a text is iterable in Python.
            writer.Template(Llama3.Header("ipython")).Content(PythonJson.Write(message.Content)).Template(Llama3.End);
        }
        else
        {
            Llama3.WriteMessage(writer, RoleName(message.Role), message.Content);
        }
    }
}
