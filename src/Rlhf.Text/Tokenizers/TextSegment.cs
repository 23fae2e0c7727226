namespace Rlhf.Tokenizers;

/// <summary>A piece of a rendered chat.</summary>
public readonly struct TextSegment(string text, bool isTemplate)
{
    /// <summary>The text.</summary>
    public string Text { get; } = text;

    /// <summary>Whether the template wrote it; otherwise it is content, in which no special token is recognised.</summary>
    public bool IsTemplate { get; } = isTemplate;
}
