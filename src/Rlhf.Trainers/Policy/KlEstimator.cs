namespace Rlhf.Trainers.Policy;

/// <summary>Per-token estimators of KL(policy ‖ reference) from the log-probabilities of the sampled token.</summary>
/// <remarks>With d = log π_ref − log π and ρ = π / π_old (Schulman, "Approximating KL divergence", 2020).</remarks>
public enum KlEstimator
{
    /// <summary>
    /// ρ·(e^d − d − 1) with the gradient −ρ·d·∇log π: the unbiased gradient of the reverse KL (DeepSeek-V3.2). The default.
    /// </summary>
    K3Ratio,

    /// <summary>
    /// e^d − d − 1 with the gradient (1 − e^d)·∇log π: non-negative, unbiased in value; its gradient is not that of the reverse KL (GRPO as
    /// published).
    /// </summary>
    K3,

    /// <summary>½ d² with the gradient −d·∇log π.</summary>
    K2,
}
