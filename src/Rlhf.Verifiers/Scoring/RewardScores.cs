using Rlhf.Configuration;

namespace Rlhf.Scoring;

/// <summary>What all host sources say of a batch of completions.</summary>
/// <param name="Rows">B, the number of completions.</param>
/// <param name="Sources">One entry a source, in the order they were given.</param>
public sealed record RewardScores(int Rows, IReadOnlyList<SourceScores> Sources)
{
    /// <summary>The scores of one source.</summary>
    /// <exception cref="KeyNotFoundException">No source has this name.</exception>
    public SourceScores this[string name] =>
        Sources.FirstOrDefault(s => s.Name == name)
        ?? throw new KeyNotFoundException(
            $"No reward source is called '{name}'; there are: {string.Join(", ", Sources.Select(s => s.Name))}.{Suggestion.Ask(name, Sources.Select(s => s.Name))}"
        );
}

/// <summary>What one source says of a batch of completions.</summary>
/// <param name="Name">The source's name.</param>
/// <param name="Granularity">Whether it scores whole responses or steps.</param>
/// <param name="Values">B rows of one value (outcome) or K values (step; K is the row's own); null = invalid, could not be scored.</param>
/// <param name="Answered">For a verifier that says so, B entries: whether the response held an answer to check; null where that is not
/// known. Null for other sources.</param>
/// <param name="Failures">Why entries are invalid.</param>
public sealed record SourceScores(string Name, RewardGranularity Granularity, double?[][] Values, bool?[]? Answered, ScoreFailures Failures)
{
    /// <summary>The first failure of the batch; null where there was none.</summary>
    public SourceFailure? FirstFailure { get; init; }

    /// <summary>Whether there was something to score and nothing of it was.</summary>
    public bool IsInvalidEverywhere => Values.Any(v => v.Length > 0) && Values.All(v => v.All(x => x is null));
}

/// <summary>A completion that a source could not score.</summary>
/// <param name="ProblemId">Its problem's id.</param>
/// <param name="What">What happened, in words.</param>
/// <param name="Exception">What the source threw, with its stack; null where it threw nothing.</param>
public sealed record SourceFailure(string ProblemId, string What, Exception? Exception)
{
    /// <summary>The failure in a sentence, without the stack.</summary>
    public override string ToString() => $"problem {ProblemId}: {(Exception is null ? What : $"{Exception.GetType().Name}: {What}")}";
}

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
