namespace Rlhf.Chat;

/// <summary>No markup, for base models: contents with a line break between, and one before what the model is to write.</summary>
internal sealed class PlainTemplate : ChatTemplate
{
    public override string Name => "none";

    public override string? EndOfTurn => null;

    protected override void Write(SegmentWriter writer, IReadOnlyList<ChatMessage> messages, ChatOptions options)
    {
        for (int i = 0; i < messages.Count; i++)
        {
            writer.Template(i > 0 ? "\n" : "").Content(messages[i].Content);
        }

        if (options.AddGenerationPrompt && messages.Count > 0)
        {
            writer.Template("\n");
        }
    }
}
