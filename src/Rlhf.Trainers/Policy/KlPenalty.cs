using static TorchSharp.torch;

namespace Rlhf.Trainers.Policy;

/// <summary>The KL term of the loss.</summary>
/// <remarks>
/// The gradient is set, not derived, and taken at d₂₀ = clamp(d, ±20): −ρ·d₂₀·∇log π for <see cref="KlEstimator.K3Ratio"/>,
/// (1 − e^d₂₀)·∇log π for <see cref="KlEstimator.K3"/>, −d₂₀·∇log π for <see cref="KlEstimator.K2"/>. So it is finite in float32 and points
/// towards the reference however far away the policy is. Deriving a bounded value would not: times the ratio a bound on k3's value pushes
/// the policy away, a bound on d before deriving gives +4.85e8 beyond it, and e^d overflows from 89 on. ρ = exp(clamp(log π − log π_old,
/// ±20)) is a factor without gradient of its own.
/// </remarks>
internal static class KlPenalty
{
    private static readonly TorchSharp.Scalar Half = 0.5;
    private static readonly TorchSharp.Scalar Lowest = -LogRatios.Bound;
    private static readonly TorchSharp.Scalar Highest = LogRatios.Bound;

    /// <summary>The estimator's value at each token, with its gradient with respect to <paramref name="logProbs"/>.</summary>
    /// <param name="estimator">The form.</param>
    /// <param name="logProbs">log π of the sampled tokens, <c>[B,R]</c>.</param>
    /// <param name="oldLogProbs">log π_old, <c>[B,R]</c>, without gradient.</param>
    /// <param name="referenceLogProbs">log π_ref, <c>[B,R]</c>, without gradient.</param>
    /// <param name="clampValue">Bound c of k3's value, before it is multiplied by the ratio (10 in verl, slime and ROLL); null for none. The
    /// gradient does not depend on it.</param>
    public static Tensor PerToken(KlEstimator estimator, Tensor logProbs, Tensor oldLogProbs, Tensor referenceLogProbs, double? clampValue)
    {
        ArgumentNullException.ThrowIfNull(logProbs);
        using var scope = NewDisposeScope();
        (Tensor value, Tensor slope) = ValueAndSlope(estimator, logProbs.detach(), oldLogProbs, referenceLogProbs, clampValue);
        return LogRatios.WithGradient(value, slope, logProbs).MoveToOuterDisposeScope();
    }

    private static (Tensor Value, Tensor Slope) ValueAndSlope(
        KlEstimator estimator,
        Tensor logProbs,
        Tensor oldLogProbs,
        Tensor referenceLogProbs,
        double? clampValue
    )
    {
        Tensor d = (referenceLogProbs - logProbs).clamp(Lowest, Highest);
        switch (estimator)
        {
            case KlEstimator.K2:
                return (d.square().mul(Half), d.neg());
            case KlEstimator.K3:
                return (K3(d, clampValue), d.expm1().neg());
            case KlEstimator.K3Ratio:
                Tensor ratio = (logProbs - oldLogProbs).clamp(Lowest, Highest).exp();
                return (ratio * K3(d, clampValue), (ratio * d).neg());
            default:
                throw new ArgumentOutOfRangeException(nameof(estimator), estimator, "Unknown KL estimator.");
        }
    }

    private static Tensor K3(Tensor d, double? clampValue)
    {
        Tensor value = d.expm1() - d;
        if (clampValue is not { } bound)
        {
            return value;
        }

        using TorchSharp.Scalar most = bound;
        return value.clamp_max(most);
    }
}
