using System.ComponentModel.DataAnnotations;

namespace Rlhf.Verification.Patterns;

/// <summary>Options of <see cref="TextRewards.Repetition"/>.</summary>
/// <remarks>
/// (1 − distinct n-grams / n-grams)·<see cref="MaxPenalty"/> over token ids; 0 for fewer than n tokens. As TRL 1.16 computes it.
/// </remarks>
public sealed class RepetitionOptions : RewardSourceOptions
{
    /// <summary>The channel's name.</summary>
    /// <value>Default <c>repetition</c>.</value>
    [MinLength(1)]
    public override string Name { get; init; } = "repetition";

    /// <summary>n.</summary>
    /// <value>Default 3; 1 or more.</value>
    [Range(1, 1000)]
    public int Ngram { get; init; } = 3;

    /// <summary>The penalty if all n-grams were the same.</summary>
    /// <value>Default −1; 0 or less.</value>
    [Range(-1e6, 0.0)]
    public double MaxPenalty { get; init; } = -1;
}
