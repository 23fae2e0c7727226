using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Rewards;

/// <summary>How step scores become one score of a solution. Source: RewardMATH (arXiv 2410.01729) and its code, whose tables use product and geometric mean.</summary>
public enum StepAggregation
{
    /// <summary>The smallest.</summary>
    Min,

    /// <summary>The largest.</summary>
    Max,

    /// <summary>Π s, which falls with every step.</summary>
    Product,

    /// <summary>(Π s)^(1/K), which does not punish many steps.</summary>
    GeometricMean,

    /// <summary>Σ s / K.</summary>
    Mean,

    /// <summary>σ(Σ log(s/(1 − s)) / K); scores are kept 1e-7 away from 0 and 1.</summary>
    MeanLogit,

    /// <summary>max(0, Σ s/(1 − s) / K); scores are kept 1e-7 away from 1.</summary>
    MeanOdds,

    /// <summary>The last step's.</summary>
    Last,
}

/// <summary>Aggregates step scores.</summary>
public static class StepAggregations
{
    private static readonly Scalar Zero = 0, One = 1, Infinity = double.PositiveInfinity, MinusInfinity = double.NegativeInfinity, Low = 1e-7, High = 1 - 1e-7;

    /// <summary>One score for each row; 0 where it is not valid.</summary>
    /// <param name="values">Floating point <c>[B,K]</c>.</param>
    /// <param name="mask">bool <c>[B,K]</c>: the steps there are, from the left.</param>
    /// <param name="valid">bool <c>[B,K]</c>: those that were scored.</param>
    /// <param name="aggregation">How.</param>
    /// <returns>Scores <c>[B]</c> and whether they count: not where a step is invalid or there is none (RewardMATH's code takes 0.5 there).</returns>
    public static (Tensor Values, Tensor Valid) Aggregate(Tensor values, Tensor mask, Tensor valid, StepAggregation aggregation)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(mask);
        ArgumentNullException.ThrowIfNull(valid);
        if (values.size(1) == 0)
        {
            return (values.sum(1), zeros([values.size(0)], ScalarType.Bool, values.device));
        }

        Tensor count = mask.sum(1), all = mask.bitwise_and(valid.bitwise_not()).any(1).bitwise_not().bitwise_and(count.gt(Zero));
        Tensor number = count.clamp_min(One).to_type(values.dtype);
        Tensor result = aggregation switch
        {
            StepAggregation.Min => values.masked_fill(mask.bitwise_not(), Infinity).amin([1]),
            StepAggregation.Max => values.masked_fill(mask.bitwise_not(), MinusInfinity).amax([1]),
            StepAggregation.Product => Product(values, mask),
            StepAggregation.GeometricMean => Product(values, mask).pow(number.reciprocal()),
            StepAggregation.Mean => values.Keep(mask).sum(1).div(number),
            StepAggregation.MeanLogit => Odds(Inside(values)).log().Keep(mask).sum(1).div(number).sigmoid(),
            StepAggregation.MeanOdds => Odds(values.clamp_max(High)).Keep(mask).sum(1).div(number).clamp_min(Zero),
            StepAggregation.Last => values.gather(1, count.sub(One).clamp_min(Zero).unsqueeze(1)).squeeze(1),
            _ => throw new ArgumentOutOfRangeException(nameof(aggregation)),
        };
        return (result.Keep(all), all);
    }

    private static Tensor Product(Tensor values, Tensor mask) => values.masked_fill(mask.bitwise_not(), One).prod(1);

    private static Tensor Inside(Tensor values) => values.clamp(Low, High);

    private static Tensor Odds(Tensor values) => values.div(values.neg().add(One));
}
