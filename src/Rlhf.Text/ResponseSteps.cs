namespace Rlhf.Text;

/// <summary>The steps of one response.</summary>
public sealed class ResponseSteps(IReadOnlyList<string> texts, IReadOnlyList<int> ends, IReadOnlyList<bool> complete)
{
    /// <summary>Their texts, one a step.</summary>
    public IReadOnlyList<string> Texts { get; } = texts;

    /// <summary>For each step the index of the token that ends it, increasing; the last one is the response's last token.</summary>
    public IReadOnlyList<int> Ends { get; } = ends;

    /// <summary>
    /// Whether each step was finished: closed by a delimiter, or the last one of a response that was not cut
    /// off.
    /// </summary>
    public IReadOnlyList<bool> Complete { get; } = complete;

    /// <summary>K.</summary>
    public int Count => Ends.Count;
}
