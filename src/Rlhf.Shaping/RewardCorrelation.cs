using Rlhf.Rewards;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Shaping;

/// <summary>Correlation of channels with the verified outcome.</summary>
public static class RewardCorrelation
{
    private static readonly Scalar Zero = 0;
    private static readonly Scalar One = 1;
    private static readonly Scalar MinusOne = -1;
    private static readonly Scalar Rounding = double.BitIncrement(1) - 1;

    /// <summary>
    /// Pearson's ρ = Σ(x − x̄)(y − ȳ) / √(Σ(x − x̄)²·Σ(y − ȳ)²) between the channel's sums over each response's valid entries and the
    /// outcome, over rows that count and are valid in both.
    /// </summary>
    /// <param name="channel">A channel of any granularity.</param>
    /// <param name="outcome">An outcome channel <c>[B]</c>.</param>
    /// <param name="rows">bool <c>[B]</c>: rows that count.</param>
    /// <returns>ρ in −1 to 1, 0-d float64, and whether it is known, 0-d bool: not where one of the two is constant, where it is
    /// 0.</returns>
    public static (Tensor Correlation, Tensor Known) Of(RewardChannel channel, RewardChannel outcome, Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(outcome);
        ArgumentNullException.ThrowIfNull(rows);
        bool isOutcome = channel.Granularity == RewardGranularity.Outcome;
        Tensor values = channel.Values.to_type(ScalarType.Float64);
        Tensor x = isOutcome ? values : values.Keep(channel.Valid).sum(dim: 1),
            valid = isOutcome ? channel.Valid : channel.Valid.any(1);
        return Of(x, outcome.Values.to_type(ScalarType.Float64), valid.bitwise_and(outcome.Valid).bitwise_and(rows));
    }

    /// <summary>Pearson's ρ of two rows of numbers.</summary>
    /// <param name="x">float64 <c>[B]</c>.</param>
    /// <param name="y">float64 <c>[B]</c>.</param>
    /// <param name="counted">bool <c>[B]</c>.</param>
    /// <inheritdoc cref="Of(RewardChannel, RewardChannel, Tensor)"/>
    public static (Tensor Correlation, Tensor Known) Of(Tensor x, Tensor y, Tensor counted)
    {
        ArgumentNullException.ThrowIfNull(counted);
        Tensor count = counted.sum().clamp_min(One);
        (Tensor dx, Tensor ofX, Tensor xVaries) = Centred(x, counted, count);
        (Tensor dy, Tensor ofY, Tensor yVaries) = Centred(y, counted, count);
        Tensor known = xVaries.bitwise_and(yVaries);
        Tensor scale = ofX.mul(ofY).masked_fill(known.bitwise_not(), One);
        return (dx.mul(dy).sum().div(scale).Keep(known).clamp(MinusOne, One), known);
    }

    // Deviations from the mean, the root of their squares' sum, and whether that is more than rounding leaves of a constant. ρ does not
    // depend on the size of the numbers, so they are brought to the size of 1, where no square is 0 or infinite.
    private static (Tensor Deviations, Tensor Norm, Tensor Varies) Centred(Tensor of, Tensor counted, Tensor count)
    {
        Tensor kept = of.Keep(counted);
        Tensor size = kept.abs().sum();
        kept = kept.div(size.masked_fill(size.eq(Zero), One));
        Tensor deviations = kept.sub(kept.sum().div(count)).Keep(counted);
        Tensor norm = deviations.square().sum().sqrt();
        return (deviations, norm, norm.gt(kept.square().sum().sqrt().mul(count).mul(Rounding)));
    }
}
