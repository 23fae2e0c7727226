namespace Rlhf.Rewards;

/// <summary>What all host sources say of a batch of completions.</summary>
/// <param name="Rows">B, the number of completions.</param>
/// <param name="Sources">One entry a source, in the order they were given.</param>
public sealed partial record RewardScores(int Rows, IReadOnlyList<SourceScores> Sources)
{
    /// <summary>The scores of one source.</summary>
    /// <exception cref="KeyNotFoundException">No source has this name.</exception>
    public SourceScores this[string name] =>
        Sources.FirstOrDefault(s => s.Name == name)
        ?? throw new KeyNotFoundException(
            $"No reward source is called '{name}'; there are: {string.Join(", ", Sources.Select(s => s.Name))}."
        );
}

/// <summary>What one source says of a batch of completions.</summary>
/// <param name="Name">The source's name.</param>
/// <param name="Granularity">Whether it scores whole responses or steps.</param>
/// <param name="Values">B rows of one value (outcome) or K values (step; K is the row's own); null = invalid, could not be scored.</param>
/// <param name="Answered">For a verifier that says so, B entries: whether the response held an answer to check; null where that is not
/// known. Null for other sources.</param>
/// <param name="Failures">Why entries are invalid.</param>
public sealed record SourceScores(
    string Name,
    RewardGranularity Granularity,
    double?[][] Values,
    bool?[]? Answered,
    ScoreFailures Failures
);

/// <summary>Numbers of completions that a source could not score, by cause.</summary>
/// <param name="Failed">It threw.</param>
/// <param name="Deadline">It took longer than its deadline, or was given up after several such completions.</param>
/// <param name="Malformed">It gave a wrong number of values, or values that are not finite in float32.</param>
/// <param name="Unscored">It said itself that some value could not be scored, for instance without a reference answer.</param>
public readonly record struct ScoreFailures(int Failed, int Deadline, int Malformed, int Unscored);
