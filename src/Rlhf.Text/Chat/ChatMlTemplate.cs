namespace Rlhf.Chat;

/// <summary>
/// ChatML, with a system message of the template's own where the chat does not begin with one; SmolLM2's and Qwen2's templates are such.
/// </summary>
internal sealed class ChatMlTemplate(string name, string? defaultSystem) : ChatTemplate
{
    public const string SmolLm2System = "You are a helpful AI assistant named SmolLM, trained by Hugging Face";

    public override string Name => name;

    public override string EndOfTurn => ChatMl.End;

    public override string? DefaultSystem => defaultSystem;

    protected override void Write(SegmentWriter writer, IReadOnlyList<Message> messages, ChatRenderOptions options)
    {
        if (defaultSystem is not null && messages.Count > 0 && messages[0].Role != MessageRole.System)
        {
            writer.Template($"{ChatMl.Start}system\n{defaultSystem}{ChatMl.End}\n");
        }

        foreach (Message message in messages)
        {
            ChatMl.WriteMessage(writer, RoleName(message.Role), message.Content);
        }

        if (options.AddGenerationPrompt)
        {
            writer.Template(ChatMl.AssistantStart);
        }
    }
}
