using static TorchSharp.torch;

namespace Rlhf.Trainers.Policy;

/// <summary>How per-token losses become the one number that an optimizer step minimises.</summary>
/// <remarks>
/// Every choice is a weight per token, computed from the loss mask of the <em>whole optimizer step</em>: loss = Σ w·ℓ. So a split
/// into micro-batches, however uneven, changes neither loss nor gradient.
/// </remarks>
public enum LossAggregation
{
    /// <summary>Σ m·ℓ / max(Σ m, 1) over all tokens of the optimizer step (DAPO, arXiv 2503.14476, eq. 8). The default.</summary>
    TokenMean,

    /// <summary>
    /// Mean over sequences that have a loss token of their token mean (GRPO as in DeepSeekMath, arXiv 2402.03300, eq. 3).
    /// </summary>
    SequenceMeanTokenMean,

    /// <summary>Mean over sequences that have a loss token of their token sum.</summary>
    SequenceMeanTokenSum,

    /// <summary>Σ m·ℓ / (B · maximum response length) (Dr. GRPO, arXiv 2503.20783), B counting sequences that have a loss token.</summary>
    SequenceMeanTokenSumNorm,
}

/// <summary>Computes the token weights of a <see cref="LossAggregation"/>.</summary>
public static class LossWeights
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
