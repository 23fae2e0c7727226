namespace Rlhf.Generation;

/// <summary>A problem as the policy sees it.</summary>
public sealed class Prompt(Problem problem, IReadOnlyList<int> tokenIds)
{
    /// <summary>The problem.</summary>
    public Problem Problem { get; } = problem;

    /// <summary>P ≥ 1 tokens of the prompt.</summary>
    public IReadOnlyList<int> TokenIds { get; } = tokenIds;
}
