using Rlhf.Metrics;
using Rlhf.Shaping;

namespace Rlhf.Trainers.Advantages;

/// <summary>
/// Turns an iteration's return channels into advantages: a pure function of tensors, on their device, without host reads.
/// </summary>
public interface IAdvantageEstimator
{
    /// <summary>Warnings about this estimator on its channels, such as a non-causal one under return-to-go credit; show them once.</summary>
    IReadOnlyList<string> Warnings { get; }

    /// <summary>Estimates the advantages of a whole iteration.</summary>
    /// <param name="rewards">What the pipeline made of the rewards.</param>
    /// <param name="metrics">Gets the metrics <c>reward/…</c>; null for none.</param>
    /// <returns>Results in the caller's dispose scope, without gradient.</returns>
    AdvantageEstimates Estimate(ShapedRewards rewards, MetricSink? metrics = null);
}
