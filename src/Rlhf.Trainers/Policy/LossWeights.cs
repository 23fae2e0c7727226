using static TorchSharp.torch;

namespace Rlhf.Trainers.Policy;

/// <summary>Computes the token weights of a <see cref="LossAggregation"/>.</summary>
internal static class LossWeights
{
    private static readonly TorchSharp.Scalar One = 1.0;

    /// <summary>Weights w with loss = Σ w·ℓ.</summary>
    /// <param name="aggregation">The rule.</param>
    /// <param name="lossMask">bool <c>[B,R]</c> of the whole optimizer step: the tokens that have a loss.</param>
    /// <param name="maxResponseLength">Used by <see cref="LossAggregation.SequenceMeanTokenSumNorm"/> alone; positive.</param>
    /// <returns>float64 <c>[B,R]</c>, 0 where the mask is; without any loss token all 0.</returns>
    public static Tensor Compute(LossAggregation aggregation, Tensor lossMask, int maxResponseLength)
    {
        using var scope = NewDisposeScope();
        Tensor mask = lossMask.to_type(ScalarType.Float64);
        Tensor lengths = mask.sum(1, keepdim: true);
        Tensor sequences = lengths.gt(Zero).to_type(ScalarType.Float64).sum().clamp_min_(One);
        Tensor weights;
        switch (aggregation)
        {
            case LossAggregation.TokenMean:
                weights = mask / mask.sum().clamp_min_(One);
                break;
            case LossAggregation.SequenceMeanTokenMean:
                weights = mask / (lengths.clamp_min(One) * sequences);
                break;
            case LossAggregation.SequenceMeanTokenSum:
                weights = mask / sequences;
                break;
            case LossAggregation.SequenceMeanTokenSumNorm:
                using (TorchSharp.Scalar longest = (double)maxResponseLength)
                {
                    weights = mask / sequences.mul(longest);
                }

                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(aggregation), aggregation, "Unknown loss aggregation.");
        }

        return weights.MoveToOuterDisposeScope();
    }

    private static readonly TorchSharp.Scalar Zero = 0.0;
}
