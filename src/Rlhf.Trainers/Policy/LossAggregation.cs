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
