using System.ComponentModel.DataAnnotations;

namespace Rlhf.Shaping.Stages;

/// <summary>
/// Cosine length reward (Yeo et al., arXiv 2502.03373), in a new outcome channel: lo + ½(hi − lo)(1 + cos(π·min(L/max, 1))). Right answers
/// fall from hi = <see cref="MaxValueCorrect"/> to lo = <see cref="MinValueCorrect"/> with their length; wrong ones rise from hi =
/// <see cref="MinValueWrong"/> to lo = <see cref="MaxValueWrong"/>, so that long thought is punished less. L counts action tokens.
/// </summary>
/// <remarks>As TRL 1.16 computes it, its clamp at L = max included. Invalid where the verifier's channel is.</remarks>
public sealed class CosineLengthOptions : StageOptions
{
    /// <summary>The new outcome channel.</summary>
    /// <value>Default <c>length</c>.</value>
    [MinLength(1)]
    public string Into { get; init; } = "length";

    /// <summary>The outcome channel that says whether the answer is right: above 0.5, as observed.</summary>
    public required string By { get; init; }

    /// <summary>The length at which the reward no longer changes.</summary>
    [Range(1, int.MaxValue)]
    public required int MaxLength { get; init; }

    /// <summary>Reward of a wrong answer of length 0.</summary>
    /// <value>Default −1.</value>
    public double MinValueWrong { get; init; } = -1;

    /// <summary>Reward of a wrong answer of the greatest length.</summary>
    /// <value>Default −0.5.</value>
    public double MaxValueWrong { get; init; } = -0.5;

    /// <summary>Reward of a right answer of the greatest length.</summary>
    /// <value>Default 0.5.</value>
    public double MinValueCorrect { get; init; } = 0.5;

    /// <summary>Reward of a right answer of length 0.</summary>
    /// <value>Default 1.</value>
    public double MaxValueCorrect { get; init; } = 1;
}
