namespace Rlhf.Scoring;

/// <summary>Numbers of completions that a source could not score, by cause.</summary>
/// <param name="Failed">It threw.</param>
/// <param name="Deadline">It took longer than its deadline, or was given up after several such completions.</param>
/// <param name="Malformed">It gave a wrong number of values, or values that are not finite in float32.</param>
/// <param name="Unscored">It said itself that some value could not be scored, for instance without a reference answer that it can
/// read.</param>
public readonly record struct ScoreFailures(int Failed, int Deadline, int Malformed, int Unscored)
{
    /// <summary>The causes that there were, with their numbers.</summary>
    public override string ToString() =>
        string.Join(
            ", ",
            new (string What, int Count)[]
            {
                ("threw an exception", Failed),
                ("missed the deadline", Deadline),
                ("gave malformed scores", Malformed),
                ("gave no score", Unscored),
            }
                .Where(c => c.Count > 0)
                .Select(c => $"{c.Count} {c.What}")
        );
}
