namespace Rlhf;

/// <summary>A problem to solve, with what its answer is checked against.</summary>
public sealed record Problem
{
    /// <summary>Names the problem in its dataset: an id of the data, or its line number from 1.</summary>
    public required string Id { get; init; }

    /// <summary>The question as the user asks it.</summary>
    public required string Question { get; init; }

    /// <summary>The right final answer alone, such as <c>18</c> or <c>\frac{3}{4}</c>; null where there is none.</summary>
    public string? Answer { get; init; }

    /// <summary>A worked solution to imitate, ending in the final answer; null where there is none.</summary>
    public string? Solution { get; init; }
}
