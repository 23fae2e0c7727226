using System.ComponentModel.DataAnnotations;
using Rlhf.Text;

namespace Rlhf.Verification.Patterns;

/// <summary>Which published form of the reasoning-pattern reward is computed.</summary>
public enum ReasoningPatternForm
{
    /// <summary>clip(c/40 − rep, 0, 1) with the 40 patterns: the paper's figure 9.</summary>
    Paper,

    /// <summary>max(0, min(1, c/20) − rep − count of <c>user: </c>) with the 40 patterns: the released code for mathematics.</summary>
    CodeMath,

    /// <summary>max(0, min(1, c/20) − rep) with 53 patterns: the released code for reward-model tasks.</summary>
    CodeRewardModel,
}

/// <summary>Options of <see cref="TextRewards.ReasoningPattern"/>.</summary>
/// <remarks>
/// c = patterns that occur in the lower-cased text, each counted once (the paper's text says "each time", its figure and both codes count
/// presence); rep = distinct 20-grams of words that occur more than once, over all 20-grams. Source: arXiv 2505.22653, section 2.2 and the
/// released code.
/// </remarks>
public sealed class ReasoningPatternOptions : RewardSourceOptions
{
    /// <summary>The channel's name.</summary>
    /// <value>Default <c>pattern</c>.</value>
    [MinLength(1)]
    public override string Name { get; init; } = "pattern";

    /// <summary>The form: <c>paper</c>, <c>code_math</c> or <c>code_reward_model</c>.</summary>
    /// <value>Default <c>paper</c>.</value>
    public ReasoningPatternForm Form { get; init; } = ReasoningPatternForm.Paper;

    /// <summary>
    /// Which part of the response is scored: <c>include</c> (all), <c>only</c> (its thoughts; all where it has no think tags) or
    /// <c>exclude</c> (what stands outside them).
    /// </summary>
    /// <value>Default <c>include</c>.</value>
    public ThoughtText Thoughts { get; init; } = ThoughtText.Include;
}

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
