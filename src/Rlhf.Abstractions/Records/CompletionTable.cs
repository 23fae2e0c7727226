namespace Rlhf.Records;

/// <summary>
/// Completions of one iteration, with a column a reward channel and stage, so that a reader sees what each stage did to each reward.
/// </summary>
public sealed class CompletionTable
{
    /// <summary>The stage name of the columns that hold rewards as scored.</summary>
    public const string RawStage = "raw";

    /// <summary>The phase's name.</summary>
    public required string Phase { get; init; }

    /// <summary>The iteration's number in its phase.</summary>
    public required int Step { get; init; }

    /// <summary>True where the completions come from an evaluation (held-out problems), not from training.</summary>
    public bool IsEvaluation { get; init; }

    /// <summary>
    /// The reward columns, in pipeline order: the scored channels under <see cref="RawStage"/>, then for each stage the channels that it
    /// writes.
    /// </summary>
    public required IReadOnlyList<RewardColumn> Columns { get; init; }

    /// <summary>The completions.</summary>
    public required IReadOnlyList<CompletionRow> Rows { get; init; }
}
