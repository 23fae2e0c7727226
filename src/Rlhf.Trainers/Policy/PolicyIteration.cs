using Rlhf.Generation;
using Rlhf.Metrics;
using Rlhf.Rewards;
using Rlhf.Scoring;
using Rlhf.Trainers.Optimization;

namespace Rlhf.Trainers.Policy;

/// <summary>What one iteration of a <see cref="PolicyTrainer"/> left; host values only.</summary>
/// <param name="Rows">The responses.</param>
/// <param name="Scores">As the sources scored them, host sources first, then reward models.</param>
/// <param name="Updates">The optimizer steps.</param>
/// <param name="Metrics">What stages, estimator and losses reported.</param>
/// <param name="Rewards">Rewards at each stage and advantages, a row a response.</param>
public sealed record PolicyIteration(
    IReadOnlyList<Rollout> Rows,
    RewardScores Scores,
    IReadOnlyList<OptimizerStepResult> Updates,
    IReadOnlyList<Metric> Metrics,
    RewardTable Rewards
);
