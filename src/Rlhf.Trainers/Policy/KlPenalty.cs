using static TorchSharp.torch;

namespace Rlhf.Trainers.Policy;

/// <summary>Per-token estimators of KL(policy ‖ reference) from the log-probabilities of the sampled token.</summary>
/// <remarks>With d = log π_ref − log π and ρ = π / π_old (Schulman, "Approximating KL divergence", 2020).</remarks>
public enum KlEstimator
{
    /// <summary>
    /// ρ·(e^d − d − 1), gradient through the ratio, too: the unbiased gradient of the reverse KL (DeepSeek-V3.2). The default.
    /// </summary>
    K3Ratio,

    /// <summary>e^d − d − 1: non-negative, unbiased in value; its gradient is not that of the reverse KL (GRPO as published).</summary>
    K3,

    /// <summary>½ d².</summary>
    K2,
}

/// <summary>The KL term of the loss.</summary>
public static class KlPenalty
{
    private static readonly TorchSharp.Scalar One = 1.0;
    private static readonly TorchSharp.Scalar Half = 0.5;
    private static readonly TorchSharp.Scalar Two = 2.0;

    /// <summary>The estimator's value at each token, with gradient with respect to <paramref name="logProbs"/>.</summary>
    /// <param name="estimator">The form.</param>
    /// <param name="logProbs">log π of the sampled tokens, <c>[B,R]</c>.</param>
    /// <param name="oldLogProbs">log π_old, <c>[B,R]</c>, without gradient.</param>
    /// <param name="referenceLogProbs">log π_ref, <c>[B,R]</c>, without gradient.</param>
    /// <param name="clampValue">Bound c of k3's value, ±c (10 in verl, slime and ROLL); null for none.</param>
    public static Tensor PerToken(KlEstimator estimator, Tensor logProbs, Tensor oldLogProbs, Tensor referenceLogProbs, double? clampValue)
    {
        using var scope = NewDisposeScope();
        Tensor d = referenceLogProbs - logProbs;
        Tensor value = estimator == KlEstimator.K2 ? d.pow(Two).mul(Half) : K3(d, clampValue);
        if (estimator == KlEstimator.K3Ratio)
        {
            value = value * (logProbs - oldLogProbs).exp();
        }

        return value.MoveToOuterDisposeScope();
    }

    private static Tensor K3(Tensor d, double? clampValue)
    {
        Tensor value = d.exp() - d - One;
        if (clampValue is { } bound)
        {
            using TorchSharp.Scalar low = -bound,
                high = bound;
            value = value.clamp(low, high);
        }

        return value;
    }
}
