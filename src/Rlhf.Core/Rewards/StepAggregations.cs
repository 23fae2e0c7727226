using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Rewards;

/// <summary>Aggregates step scores.</summary>
public static class StepAggregations
{
    private static readonly Scalar Zero = 0,
        One = 1,
        Infinity = double.PositiveInfinity,
        MinusInfinity = double.NegativeInfinity;

    /// <summary>One score for each row; 0 where it is not valid.</summary>
    /// <param name="values">Floating point <c>[B,K]</c>.</param>
    /// <param name="mask">bool <c>[B,K]</c>: the steps there are, from the left.</param>
    /// <param name="valid">bool <c>[B,K]</c>: those that were scored.</param>
    /// <param name="aggregation">How.</param>
    /// <returns>Scores <c>[B]</c> and whether they count: not where a step is invalid or there is none (RewardMATH's code takes 0.5
    /// there).</returns>
    public static (Tensor Values, Tensor Valid) Aggregate(Tensor values, Tensor mask, Tensor valid, StepAggregation aggregation)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(mask);
        ArgumentNullException.ThrowIfNull(valid);
        if (values.size(1) == 0)
        {
            return (values.sum(1), zeros([values.size(0)], ScalarType.Bool, values.device));
        }

        Tensor count = mask.sum(1),
            all = mask.bitwise_and(valid.bitwise_not()).any(1).bitwise_not().bitwise_and(count.gt(Zero));
        Tensor number = count.clamp_min(One).to_type(values.dtype);
        Tensor result = aggregation switch
        {
            StepAggregation.Min => values.masked_fill(mask.bitwise_not(), Infinity).amin([1]),
            StepAggregation.Max => values.masked_fill(mask.bitwise_not(), MinusInfinity).amax([1]),
            StepAggregation.Product => Product(values, mask),
            StepAggregation.GeometricMean => GeometricMean(values, mask, number),
            StepAggregation.Mean => values.Keep(mask).sum(1).div(number),
            StepAggregation.MeanLogit => Odds(AboveZero(BelowOne(values))).log().Keep(mask).sum(1).div(number).sigmoid(),
            StepAggregation.MeanOdds => Odds(BelowOne(values)).Keep(mask).sum(1).div(number).clamp_min(Zero),
            StepAggregation.Last => values.gather(1, count.sub(One).clamp_min(Zero).unsqueeze(1)).squeeze(1),
            _ => throw new ArgumentOutOfRangeException(nameof(aggregation)),
        };
        return (result.Keep(all), all);
    }

    private static Tensor Product(Tensor values, Tensor mask) => values.masked_fill(mask.bitwise_not(), One).prod(1);

    // By logarithms: a product of many steps underflows in float32.
    private static Tensor GeometricMean(Tensor values, Tensor mask, Tensor count)
    {
        // abs has no kernel for the meta device.
        Tensor size = values.clamp_min(Zero).add(values.neg().clamp_min(Zero)).masked_fill(mask.bitwise_not(), One);
        return Product(values.sign(), mask).mul(size.log().sum(1).div(count).exp());
    }

    private static Tensor AboveZero(Tensor values)
    {
        using Scalar least = finfo(values.dtype).tiny;
        return values.clamp_min(least);
    }

    private static Tensor BelowOne(Tensor values)
    {
        // Floats below 1 lie half as far apart as those above it.
        using Scalar most = 1 - finfo(values.dtype).eps / 2;
        return values.clamp_max(most);
    }

    private static Tensor Odds(Tensor values) => values.div(values.neg().add(One));
}
