namespace Rlhf;

/// <summary>A policy's answer to a problem.</summary>
/// <param name="Problem">The problem.</param>
/// <param name="Text">The response without its end token.</param>
/// <param name="Steps">K texts of its reasoning steps.</param>
/// <param name="Truncated">Whether it was cut off at the most new tokens.</param>
public sealed record Completion(Problem Problem, string Text, IReadOnlyList<string> Steps, bool Truncated)
{
    /// <summary>The response's tokens, the end token included; empty where a text was not made by a policy.</summary>
    public IReadOnlyList<int> TokenIds { get; init; } = [];

    /// <summary>
    /// Whether the prompt ends with the opening tag of a thought, so that the response begins within it and is thought as a whole where
    /// nothing closes it.
    /// </summary>
    public bool BeginsInThought { get; init; }
}
