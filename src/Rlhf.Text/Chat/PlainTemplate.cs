namespace Rlhf.Chat;

/// <summary>
/// No markup, for base models: a message is its content and nothing else, and nothing stands before what the model is to write. Between two
/// messages is a line break.
/// </summary>
internal sealed class PlainTemplate : ChatTemplate
{
    public override string Name => "none";

    public override string? EndOfTurn => null;

    public override bool HasMarkup => false;

    protected override void Write(SegmentWriter writer, IReadOnlyList<Message> messages, ChatRenderOptions options)
    {
        for (int i = 0; i < messages.Count; i++)
        {
            writer.Template(i > 0 ? "\n" : "").Content(messages[i].Content);
        }
    }
}
