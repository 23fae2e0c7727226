using Rlhf.Generation;
using Rlhf.Metrics;
using Rlhf.Rewards;
using Rlhf.Scoring;
using Rlhf.Trainers.Optimization;

namespace Rlhf.Trainers.Policy;

/// <summary>What one iteration of a <see cref="PolicyTrainer"/> left; host values only.</summary>
public sealed class PolicyIteration(
    IReadOnlyList<Rollout> rows,
    RewardScores scores,
    IReadOnlyList<OptimizerStepResult> updates,
    IReadOnlyList<Metric> metrics,
    RewardTable rewards
)
{
    /// <summary>The responses.</summary>
    public IReadOnlyList<Rollout> Rows { get; } = rows;

    /// <summary>As the sources scored them, host sources first, then reward models.</summary>
    public RewardScores Scores { get; } = scores;

    /// <summary>The optimizer steps.</summary>
    public IReadOnlyList<OptimizerStepResult> Updates { get; } = updates;

    /// <summary>What stages, estimator and losses reported.</summary>
    public IReadOnlyList<Metric> Metrics { get; } = metrics;

    /// <summary>Rewards at each stage and advantages, a row a response.</summary>
    public RewardTable Rewards { get; } = rewards;
}
