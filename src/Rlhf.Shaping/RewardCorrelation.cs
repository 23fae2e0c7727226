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
        Tensor Centred(Tensor of) => of.sub(of.Keep(counted).sum().div(count)).Keep(counted);
        Tensor dx = Centred(x),
            dy = Centred(y);
        Tensor scale = dx.square().sum().mul(dy.square().sum()).sqrt();

        // Rounding leaves a constant row a spread of its own; beside its size that is nothing.
        using Scalar tiny = 1e-20;
        Tensor size = x.Keep(counted).square().sum().mul(y.Keep(counted).square().sum()).sqrt().mul(tiny);
        Tensor known = scale.gt(size).bitwise_and(scale.gt(Zero));
        return (dx.mul(dy).sum().div(scale.masked_fill(known.bitwise_not(), One)).Keep(known).clamp(MinusOne, One), known);
    }
}
