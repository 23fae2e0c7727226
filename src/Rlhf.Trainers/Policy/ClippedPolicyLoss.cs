using System.ComponentModel.DataAnnotations;
using Rlhf.Metrics;
using Rlhf.Records;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Policy;

/// <summary>PPO's clipped surrogate at each token (arXiv 1707.06347, eq. 7), with asymmetric and dual clip.</summary>
/// <remarks>
/// ρ = exp(log π − log π_old); ℓ = max(−Â·ρ, −Â·clip(ρ, 1 − ε_low, 1 + ε_high)); with dual clip, where Â &lt; 0, ℓ = min(ℓ, −c·Â). Equals
/// TRL's <c>dapo</c>/<c>grpo</c> per-token loss, verl's and OpenRLHF's. (TRL's <c>delta</c> bounds the ratio of the unclipped term at c
/// whatever the sign of Â; for Â &gt; 0 the clip at 1 + ε_high already binds, so the two agree.) Where ρ is taken at the bound of its
/// logarithm, the unclipped branch still has the gradient −Â·ρ·∇log π: deriving the bound would give 0 exactly at the tokens that have
/// become far too likely.
/// </remarks>
public sealed class ClippedPolicyLoss : IPolicyLoss
{
    private static readonly TorchSharp.Scalar Zero = 0.0;
    private static readonly TorchSharp.Scalar One = 1.0;
    private readonly ClippedPolicyLossOptions _options;

    /// <summary>Makes the loss.</summary>
    /// <param name="options">Clip ranges.</param>
    /// <exception cref="ArgumentException">A range is not as its option documents.</exception>
    public ClippedPolicyLoss(ClippedPolicyLossOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ValidationResult? problem = options.Validate(new(options)).FirstOrDefault();
        if (problem is not null)
        {
            throw new ArgumentException($"{problem.MemberNames.Single()} {problem.ErrorMessage}", nameof(options));
        }

        _options = options;
    }

    /// <inheritdoc/>
    public Tensor PerToken(PolicyLossInput input, MetricSink metrics)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(metrics);
        using var scope = NewDisposeScope();
        using TorchSharp.Scalar low = 1 - _options.ClipLow,
            high = 1 + _options.ClipHigh;
        using TorchSharp.Scalar bottom = -_options.LogRatioClamp,
            top = _options.LogRatioClamp;
        Tensor logRatio = (input.LogProbs.detach() - input.OldLogProbs).clamp(bottom, top);
        Tensor value = logRatio.exp();
        // Filled, so that NaN in padding has no way into the gradient: 0 · NaN is NaN.
        Tensor ratio = LogRatios.WithGradient(value, value, input.LogProbs.masked_fill(input.LossMask.logical_not(), Zero));
        Tensor negated = input.Advantages.neg();
        Tensor plain = negated * ratio;
        Tensor clipped = negated * ratio.clamp(low, high);
        Tensor loss = maximum(plain, clipped);
        if (_options.DualClip is { } c)
        {
            using TorchSharp.Scalar bound = c;
            loss = where(input.Advantages.lt(Zero), minimum(loss, negated.mul(bound)), loss);
        }

        using (no_grad())
        {
            Tensor mask = input.LossMask,
                tokens = mask.sum();
            metrics.Add(MetricNames.PolicyClipFraction, clipped.gt(plain).logical_and(mask).sum(), tokens, "loss tokens");
            metrics.AddMaximum(MetricNames.PolicyRatioMax, ratio.where(mask, zeros_like(ratio)).max(), "loss tokens");
            // k3 of KL(π_old ‖ π): how far this update has moved, not the distance to the reference.
            Tensor moved = ratio - One - logRatio;
            metrics.Add(MetricNames.PolicyApproxKl, moved.where(mask, zeros_like(moved)).sum(), tokens, "loss tokens");
        }

        return loss.MoveToOuterDisposeScope();
    }
}
