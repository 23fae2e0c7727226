namespace Rlhf.Chat;

/// <summary>Meta-Llama-3-Instruct: headers, trimmed contents, no tools and no system message of its own.</summary>
/// <param name="alwaysPrompts">Whether the beginning of an answer follows every chat, as in the model's first release.</param>
internal sealed class Llama3Template(bool alwaysPrompts = false) : ChatTemplate
{
    public override string Name => "llama3";

    public override string EndOfTurn => Llama3.End;

    protected override void Write(SegmentWriter writer, IReadOnlyList<Message> messages, ChatRenderOptions options)
    {
        if (messages.Count > 0)
        {
            writer.Template(Llama3.Begin);
        }

        foreach (Message message in messages)
        {
            Llama3.WriteMessage(writer, RoleName(message.Role), message.Content);
        }

        if (options.AddGenerationPrompt || alwaysPrompts)
        {
            writer.Template(Llama3.Header("assistant"));
        }
    }
}
