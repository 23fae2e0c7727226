namespace Rlhf.Scoring;

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
