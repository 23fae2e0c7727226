using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Rlhf.Records;

namespace Rlhf.Trainers.Policy;

/// <summary>Options of <see cref="ClippedPolicyLoss"/>.</summary>
public sealed class ClippedPolicyLossOptions : IValidatableObject
{
    /// <summary>ε_low: the ratio is clipped at 1 − ε_low.</summary>
    /// <value>Default 0.2; in (0, 1).</value>
    public double ClipLow { get; init; } = 0.2;

    /// <summary>ε_high: the ratio is clipped at 1 + ε_high (DAPO's clip-higher uses 0.28).</summary>
    /// <value>Default 0.2; positive.</value>
    public double ClipHigh { get; init; } = 0.2;

    /// <summary>c of dual clip (arXiv 1912.09729): where Â is negative the loss is bounded by −c·Â.</summary>
    /// <value>Default null, off; otherwise above 1 + <see cref="ClipHigh"/> (3 is usual).</value>
    public double? DualClip { get; init; }

    /// <summary>
    /// The log-ratio is clamped to ±this before it is exponentiated, against overflow (verl, OpenRLHF, tunix: 20). Beyond it the loss keeps
    /// the gradient −Â·ρ of the clamped ratio, where those peers have none.
    /// </summary>
    /// <value>Default 20; positive.</value>
    public double LogRatioClamp { get; init; } = 20;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ClipLow is not (> 0 and < 1))
        {
            yield return new("must lie between 0 and 1: the ratio is clipped at 1 − clipLow.", [nameof(ClipLow)]);
        }

        if (!(ClipHigh > 0))
        {
            yield return new("must be above 0: the ratio is clipped at 1 + clipHigh.", [nameof(ClipHigh)]);
        }

        if (!(LogRatioClamp > 0))
        {
            yield return new("must be above 0.", [nameof(LogRatioClamp)]);
        }

        if (DualClip is { } c && !(c > 1 + ClipHigh))
        {
            yield return new(
                $"must be above 1 + clipHigh, {(1 + ClipHigh).ToString(CultureInfo.InvariantCulture)}: it bounds what that clip leaves (3 is usual).",
                [nameof(DualClip)]
            );
        }
    }
}
