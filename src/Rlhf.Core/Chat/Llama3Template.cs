namespace Rlhf.Chat;

/// <summary>Meta-Llama-3-Instruct: headers, trimmed contents, no tools and no system message of its own.</summary>
internal sealed class Llama3Template : ChatTemplate
{
    public override string Name => "llama3";

    public override string EndOfTurn => Llama3.End;

    protected override void Write(SegmentWriter writer, IReadOnlyList<ChatMessage> messages, ChatOptions options)
    {
        if (messages.Count > 0)
        {
            writer.Template(Llama3.Begin);
        }

        foreach (ChatMessage message in messages)
        {
            Llama3.WriteMessage(writer, RoleName(message.Role), message.Content);
        }

        if (options.AddGenerationPrompt)
        {
            writer.Template(Llama3.Header("assistant"));
        }
    }
}
