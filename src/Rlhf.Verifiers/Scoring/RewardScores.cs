using Rlhf.Configuration;

namespace Rlhf.Scoring;

/// <summary>What all host sources say of a batch of completions.</summary>
public sealed class RewardScores(int rows, IReadOnlyList<SourceScores> sources)
{
    /// <summary>B, the number of completions.</summary>
    public int Rows { get; } = rows;

    /// <summary>One entry a source, in the order they were given.</summary>
    public IReadOnlyList<SourceScores> Sources { get; } = sources;

    /// <summary>The scores of one source.</summary>
    /// <exception cref="KeyNotFoundException">No source has this name.</exception>
    public SourceScores this[string name] =>
        Sources.FirstOrDefault(s => s.Name == name)
        ?? throw new KeyNotFoundException(
            $"No reward source is called '{name}'; there are: {string.Join(", ", Sources.Select(s => s.Name))}.{Suggestion.Ask(name, Sources.Select(s => s.Name))}"
        );
}

/// <summary>What one source says of a batch of completions.</summary>
public sealed class SourceScores(string name, RewardGranularity granularity, double?[][] values, bool?[]? answered, ScoreFailures failures)
{
    /// <summary>The source's name.</summary>
    public string Name { get; } = name;

    /// <summary>Whether it scores whole responses or steps.</summary>
    public RewardGranularity Granularity { get; } = granularity;

    /// <summary>B rows of one value (outcome) or K values (step; K is the row's own); null = invalid, could not be scored.</summary>
    public double?[][] Values { get; } = values;

    /// <summary>
    /// For a verifier that says so, B entries: whether the response held an answer to check; null where that is not
    /// known. Null for other sources.
    /// </summary>
    public bool?[]? Answered { get; } = answered;

    /// <summary>Why entries are invalid.</summary>
    public ScoreFailures Failures { get; } = failures;

    /// <summary>The first failure of the batch; null where there was none.</summary>
    public SourceFailure? FirstFailure { get; init; }

    /// <summary>Whether there was something to score and nothing of it was.</summary>
    public bool IsInvalidEverywhere => Values.Any(v => v.Length > 0) && Values.All(v => v.All(x => x is null));
}

/// <summary>A completion that a source could not score.</summary>
public sealed class SourceFailure(string problemId, string what, Exception? exception)
{
    /// <summary>Its problem's id.</summary>
    public string ProblemId { get; } = problemId;

    /// <summary>What happened, in words.</summary>
    public string What { get; } = what;

    /// <summary>What the source threw, with its stack; null where it threw nothing.</summary>
    public Exception? Exception { get; } = exception;

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
