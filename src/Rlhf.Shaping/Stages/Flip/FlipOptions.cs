using System.ComponentModel.DataAnnotations;

namespace Rlhf.Shaping.Stages;

/// <summary>
/// Flip: makes a two-level reward wrong at random, r ← low + high − r, as a verifier that errs would (arXiv 2505.22653, where whole
/// questions flip). Noise: in training only, before filters and shaping see the rewards.
/// </summary>
/// <remarks>
/// A flip depends on the run's seed, the stage's name and the keys of <see cref="Scope"/> alone: a prompt that is visited again gets a
/// fresh draw, and batches, their order and micro-batches change nothing. Invalid values stay invalid. With rate p the expected signal of
/// an affine-invariant advantage is scaled by 1 − 2p.
/// </remarks>
public sealed class FlipOptions : StageOptions
{
    /// <summary>The channel; all its values are <see cref="Low"/> or <see cref="High"/>.</summary>
    public required string Channel { get; init; }

    /// <summary>What is flipped together.</summary>
    /// <value>Default <c>question</c>, the paper's: all answers to a prompt visit.</value>
    public FlipScope Scope { get; init; } = FlipScope.Question;

    /// <summary>The probability p of a flip.</summary>
    /// <value>Default null: the rates of both classes are given instead; 0 to 1.</value>
    [Range(0.0, 1.0)]
    public double? Rate { get; init; }

    /// <summary>The probability that a wrong answer (low) is called right.</summary>
    /// <value>Default null: <see cref="Rate"/>; 0 to 1. Both classes compare the same uniform with their rates.</value>
    [Range(0.0, 1.0)]
    public double? FalsePositiveRate { get; init; }

    /// <summary>The probability that a right answer (high) is called wrong.</summary>
    /// <value>Default null: <see cref="Rate"/>; 0 to 1.</value>
    [Range(0.0, 1.0)]
    public double? FalseNegativeRate { get; init; }

    /// <summary>The lower level.</summary>
    /// <value>Default null: what the channel's schema says.</value>
    public double? Low { get; init; }

    /// <summary>The higher level.</summary>
    /// <value>Default null: what the channel's schema says.</value>
    public double? High { get; init; }

    /// <summary>
    /// Whether to flip responses in which the verifier found no answer, as its channel <c>name.answered</c> (where there is one) tells.
    /// </summary>
    /// <value>Default false, the paper's: they keep their value.</value>
    public bool FlipUnanswered { get; init; }

    internal string AnsweredChannel => ChannelNames.Answered(Channel);

    /// <inheritdoc/>
    protected override IEnumerable<string> Problems()
    {
        if (Rate is null && (FalsePositiveRate is null || FalseNegativeRate is null))
        {
            yield return $"Flip of channel '{Channel}': give rate, or both falsePositiveRate and falseNegativeRate.";
        }

        if (Rate is not null && FalsePositiveRate is not null && FalseNegativeRate is not null)
        {
            yield return $"Flip of channel '{Channel}': falsePositiveRate and falseNegativeRate leave nothing for rate; leave one of the three out.";
        }

        if (Low is null != High is null || Low >= High)
        {
            yield return $"Flip of channel '{Channel}': low and high are given together, low below high, or neither.";
        }
    }
}
