using System.Text.Json;

namespace Rlhf.Chat;

/// <summary>Which of Qwen3's templates.</summary>
internal enum Qwen3Thinking
{
    /// <summary>Those that think or not, as asked.</summary>
    Optional,

    /// <summary>The Instruct models of July 2025, which never think: content is written as it stands.</summary>
    Never,

    /// <summary>The Thinking models of July 2025: the prompt opens a block of thoughts.</summary>
    Always,
}

/// <summary>
/// Qwen3: ChatML with tools and thinking. Reasoning of assistant messages is shown only after the last query, that is, the last user
/// message that is no tool's response in disguise; with thinking off the generation prompt holds an empty block of thoughts.
/// </summary>
internal sealed class Qwen3Template(string name = "qwen3", Qwen3Thinking thinking = Qwen3Thinking.Optional) : ChatTemplate
{
    private const string ThinkStart = "<think>";
    private const string ThinkEnd = "</think>";

    public override string Name => name;

    public override string EndOfTurn => ChatMl.End;

    public override bool SupportsThinking => thinking == Qwen3Thinking.Optional;

    protected override void Write(SegmentWriter writer, IReadOnlyList<Message> messages, ChatRenderOptions options)
    {
        RequireMessages(messages);
        WriteSystem(writer, messages[0], options);
        int lastQuery = LastQuery(messages);
        for (int i = 0; i < messages.Count; i++)
        {
            switch (messages[i].Role)
            {
                case MessageRole.System when i == 0:
                    break;
                case MessageRole.Tool:
                    ChatMl.WriteToolResponse(writer, messages, i);
                    break;
                case MessageRole.Assistant:
                    WriteAssistant(writer, messages[i], afterQuery: i > lastQuery, isLast: i == messages.Count - 1);
                    break;
                default:
                    ChatMl.WriteMessage(writer, RoleName(messages[i].Role), messages[i].Content);
                    break;
            }
        }

        if (options.AddGenerationPrompt)
        {
            writer.Template(ChatMl.AssistantStart);
            writer.Template(
                thinking switch
                {
                    Qwen3Thinking.Always => $"{ThinkStart}\n",
                    Qwen3Thinking.Optional when options.EnableThinking == false => $"{ThinkStart}\n\n{ThinkEnd}\n\n",
                    _ => "",
                }
            );
        }
    }

    private static void WriteSystem(SegmentWriter writer, Message first, ChatRenderOptions options)
    {
        bool given = first.Role == MessageRole.System;
        if (options.Tools is not { Count: > 0 } tools)
        {
            if (given)
            {
                ChatMl.WriteMessage(writer, "system", first.Content);
            }

            return;
        }

        writer.Template($"{ChatMl.Start}system\n");
        if (given)
        {
            writer.Content(first.Content).Template("\n\n");
        }

        ChatMl.WriteTools(writer, tools);
        writer.Template($"{ChatMl.End}\n");
    }

    private static int LastQuery(IReadOnlyList<Message> messages)
    {
        for (int i = messages.Count - 1; i >= 0; i--)
        {
            string content = messages[i].Content;
            bool isToolResponse =
                content.StartsWith("<tool_response>", StringComparison.Ordinal)
                && content.EndsWith("</tool_response>", StringComparison.Ordinal);
            if (messages[i].Role == MessageRole.User && !isToolResponse)
            {
                return i;
            }
        }

        return messages.Count - 1;
    }

    private void WriteAssistant(SegmentWriter writer, Message message, bool afterQuery, bool isLast)
    {
        (string reasoning, string content) =
            thinking == Qwen3Thinking.Never ? ("", message.Content)
            : message.ReasoningContent is null ? Split(message.Content)
            : (message.ReasoningContent, message.Content);
        writer.Template(ChatMl.AssistantStart);
        if (thinking != Qwen3Thinking.Never && afterQuery && (isLast || reasoning.Length > 0))
        {
            writer.Template($"{ThinkStart}\n").Content(reasoning.Trim('\n')).Template($"\n{ThinkEnd}\n\n").Content(content.TrimStart('\n'));
        }
        else
        {
            writer.Content(content);
        }

        IReadOnlyList<ChatToolCall> calls = message.ToolCalls ?? [];
        for (int i = 0; i < calls.Count; i++)
        {
            if (i > 0 || content.Length > 0)
            {
                writer.Template("\n");
            }

            ChatMl.WriteToolCall(writer, calls[i].Name, PythonJson.TextOrJson(calls[i].Arguments));
        }

        writer.Template($"{ChatMl.End}\n");
    }

    // With several blocks of thoughts the original takes the first as the reasoning and what follows the last as the answer.
    private static (string Reasoning, string Content) Split(string content)
    {
        int first = content.IndexOf(ThinkEnd, StringComparison.Ordinal);
        if (first < 0)
        {
            return ("", content);
        }

        string before = content[..first].TrimEnd('\n');
        int open = before.LastIndexOf(ThinkStart, StringComparison.Ordinal);
        string reasoning = open < 0 ? before : before[(open + ThinkStart.Length)..];
        int last = content.LastIndexOf(ThinkEnd, StringComparison.Ordinal) + ThinkEnd.Length;
        return (reasoning.TrimStart('\n'), content[last..].TrimStart('\n'));
    }
}
