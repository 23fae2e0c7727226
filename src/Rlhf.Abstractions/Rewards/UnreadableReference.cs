namespace Rlhf;

/// <summary>A problem by whose reference a verifier cannot judge.</summary>
public sealed class UnreadableReference(int index, string problemId, string source, string reason)
{
    /// <summary>The problem's place in the list that was checked.</summary>
    public int Index { get; } = index;

    /// <summary>Its id.</summary>
    public string ProblemId { get; } = problemId;

    /// <summary>The verifier's name.</summary>
    public string Source { get; } = source;

    /// <summary>What is wrong with the reference.</summary>
    public string Reason { get; } = reason;
}
