namespace Rlhf;

/// <summary>A policy's answer to a problem.</summary>
public sealed class Completion(Problem problem, string text, IReadOnlyList<string> steps, bool truncated)
{
    /// <summary>The problem.</summary>
    public Problem Problem { get; } = problem;

    /// <summary>The response without its end token.</summary>
    public string Text { get; } = text;

    /// <summary>K texts of its reasoning steps.</summary>
    public IReadOnlyList<string> Steps { get; } = steps;

    /// <summary>Whether it was cut off at the most new tokens.</summary>
    public bool Truncated { get; } = truncated;

    /// <summary>The response's tokens, the end token included; empty where a text was not made by a policy.</summary>
    public IReadOnlyList<int> TokenIds { get; init; } = [];

    /// <summary>
    /// Whether the prompt ends with the opening tag of a thought, so that the response begins within it and is thought as a whole where
    /// nothing closes it.
    /// </summary>
    public bool BeginsInThought { get; init; }
}
