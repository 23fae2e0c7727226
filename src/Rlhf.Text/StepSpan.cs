namespace Rlhf.Text;

/// <summary>A step as a range of a response's UTF-8 bytes, its delimiter included.</summary>
public readonly struct StepSpan(int start, int end, string text, bool closed)
{
    /// <summary>First byte.</summary>
    public int Start { get; } = start;

    /// <summary>One past the last byte, the delimiter's included; the next step starts here.</summary>
    public int End { get; } = end;

    /// <summary>The step's text without its delimiter.</summary>
    public string Text { get; } = text;

    /// <summary>Whether a delimiter ended it.</summary>
    public bool Closed { get; } = closed;
}
