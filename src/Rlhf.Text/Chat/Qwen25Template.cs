namespace Rlhf.Chat;

/// <summary>Qwen2.5-Instruct: ChatML with a system message of its own, and tools.</summary>
internal sealed class Qwen25Template(string defaultSystem = Qwen25Template.QwenSystem) : ChatTemplate
{
    public const string QwenSystem = "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.";

    public override string Name => "qwen2.5";

    public override string EndOfTurn => ChatMl.End;

    public override string DefaultSystem => defaultSystem;

    protected override void Write(SegmentWriter writer, IReadOnlyList<Message> messages, ChatRenderOptions options)
    {
        RequireMessages(messages);
        WriteSystem(writer, messages[0], options);
        for (int i = 0; i < messages.Count; i++)
        {
            Message message = messages[i];
            switch (message.Role)
            {
                case MessageRole.System when i == 0:
                    break;
                case MessageRole.Tool:
                    ChatMl.WriteToolResponse(writer, messages, i);
                    break;
                case MessageRole.Assistant when message.ToolCalls is { Count: > 0 } calls:
                    WriteToolCalls(writer, message.Content, calls);
                    break;
                default:
                    ChatMl.WriteMessage(writer, RoleName(message.Role), message.Content);
                    break;
            }
        }

        if (options.AddGenerationPrompt)
        {
            writer.Template(ChatMl.AssistantStart);
        }
    }

    private void WriteSystem(SegmentWriter writer, Message first, ChatRenderOptions options)
    {
        writer.Template($"{ChatMl.Start}system\n");
        if (first.Role == MessageRole.System)
        {
            writer.Content(first.Content);
        }
        else
        {
            writer.Template(defaultSystem);
        }

        if (options.Tools is { Count: > 0 } tools)
        {
            writer.Template("\n\n");
            ChatMl.WriteTools(writer, tools);
        }

        writer.Template($"{ChatMl.End}\n");
    }

    private static void WriteToolCalls(SegmentWriter writer, string content, IReadOnlyList<ChatToolCall> calls)
    {
        writer.Template($"{ChatMl.Start}assistant");
        if (content.Length > 0)
        {
            writer.Template("\n").Content(content);
        }

        foreach (ChatToolCall call in calls)
        {
            writer.Template("\n");
            ChatMl.WriteToolCall(writer, call.Name, PythonJson.Write(call.Arguments));
        }

        writer.Template($"{ChatMl.End}\n");
    }
}
