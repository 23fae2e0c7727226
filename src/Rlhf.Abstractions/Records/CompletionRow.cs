namespace Rlhf.Records;

/// <summary>One completion. <see langword="null"/> stands for an invalid reward: one that could not be scored, which is not 0.</summary>
public sealed class CompletionRow
{
    /// <summary>The prompt's identity in the run: rows of one group share it (<c>PromptVisitId</c>).</summary>
    public required long VisitId { get; init; }

    /// <summary>The sample's index in its group, from 0.</summary>
    public required int SampleIndex { get; init; }

    /// <summary>The prompt as a person reads it.</summary>
    public required string Prompt { get; init; }

    /// <summary>The sampled text.</summary>
    public required string Completion { get; init; }

    /// <summary>The reference answer; <see langword="null"/> where there is none.</summary>
    public string? Reference { get; init; }

    /// <summary>Why sampling ended: <c>stop</c>, <c>length</c> ….</summary>
    public required string FinishReason { get; init; }

    /// <summary>Sampled tokens.</summary>
    public int ResponseTokens { get; init; }

    /// <summary>
    /// One value a column of <see cref="CompletionTable.Columns"/>; for a step or token channel the sum of its valid entries,
    /// <see langword="null"/> where it has none.
    /// </summary>
    public required IReadOnlyList<double?> Rewards { get; init; }

    /// <summary>The weighted sum of the return channels; <see langword="null"/> where a required one is invalid.</summary>
    public double? FinalReward { get; init; }

    /// <summary>
    /// The row's advantage (mean over its action tokens); <see langword="null"/> in an evaluation and for rows outside the loss.
    /// </summary>
    public double? Advantage { get; init; }
}
