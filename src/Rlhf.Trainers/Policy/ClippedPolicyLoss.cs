using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Rlhf.Metrics;
using Rlhf.Records;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Policy;

/// <summary>What a policy loss is computed from; all <c>[B,R]</c>, padding arbitrary where <see cref="LossMask"/> is false.</summary>
public sealed class PolicyLossInput(Tensor logProbs, Tensor oldLogProbs, Tensor advantages, Tensor lossMask)
{
    /// <summary>log π of the sampled tokens under the weights being trained, with gradient.</summary>
    public Tensor LogProbs { get; } = logProbs;

    /// <summary>log π_old, the policy that sampled them, without gradient.</summary>
    public Tensor OldLogProbs { get; } = oldLogProbs;

    /// <summary>Â, without gradient.</summary>
    public Tensor Advantages { get; } = advantages;

    /// <summary>bool: tokens that have a loss.</summary>
    public Tensor LossMask { get; } = lossMask;
}

/// <summary>A policy loss: a pure function from log-probabilities and advantages to a loss per token.</summary>
public interface IPolicyLoss
{
    /// <summary>The loss of each token, not yet masked or aggregated; metrics go to <paramref name="metrics"/>.</summary>
    /// <param name="input">Log-probabilities, advantages and mask.</param>
    /// <param name="metrics">Receives numerators and denominators.</param>
    /// <returns><c>[B,R]</c>, finite wherever the inputs are.</returns>
    Tensor PerToken(PolicyLossInput input, MetricSink metrics);
}

/// <summary>Options of <see cref="ClippedPolicyLoss"/>.</summary>
public sealed class ClippedPolicyLossOptions : IValidatableObject
{
    /// <summary>ε_low: the ratio is clipped at 1 − ε_low.</summary>
    /// <value>Default 0.2; in (0, 1).</value>
    public double ClipLow { get; init; } = 0.2;

    /// <summary>ε_high: the ratio is clipped at 1 + ε_high (DAPO's clip-higher uses 0.28).</summary>
    /// <value>Default 0.2; positive.</value>
    public double ClipHigh { get; init; } = 0.2;

    /// <summary>c of dual clip (arXiv 1912.09729): where Â is negative the loss is bounded by −c·Â.</summary>
    /// <value>Default null, off; otherwise above 1 + <see cref="ClipHigh"/> (3 is usual).</value>
    public double? DualClip { get; init; }

    /// <summary>
    /// The log-ratio is clamped to ±this before it is exponentiated, against overflow (verl, OpenRLHF, tunix: 20). Beyond it the loss keeps
    /// the gradient −Â·ρ of the clamped ratio, where those peers have none.
    /// </summary>
    /// <value>Default 20; positive.</value>
    public double LogRatioClamp { get; init; } = 20;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ClipLow is not (> 0 and < 1))
        {
            yield return new("must lie between 0 and 1: the ratio is clipped at 1 − clipLow.", [nameof(ClipLow)]);
        }

        if (!(ClipHigh > 0))
        {
            yield return new("must be above 0: the ratio is clipped at 1 + clipHigh.", [nameof(ClipHigh)]);
        }

        if (!(LogRatioClamp > 0))
        {
            yield return new("must be above 0.", [nameof(LogRatioClamp)]);
        }

        if (DualClip is { } c && !(c > 1 + ClipHigh))
        {
            yield return new(
                $"must be above 1 + clipHigh, {(1 + ClipHigh).ToString(CultureInfo.InvariantCulture)}: it bounds what that clip leaves (3 is usual).",
                [nameof(DualClip)]
            );
        }
    }
}

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
