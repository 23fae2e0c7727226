using System.ComponentModel.DataAnnotations;
using Rlhf.Text;

namespace Rlhf.Verification.Patterns;

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
