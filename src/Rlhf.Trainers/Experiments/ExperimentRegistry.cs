using Rlhf.Rewards;
using Rlhf.Shaping;

namespace Rlhf.Trainers.Experiments;

/// <summary>The types that an experiment's file may name; a program adds its own stages and sources here.</summary>
public sealed record ExperimentRegistry
{
    /// <summary>The library's own types.</summary>
    public static ExperimentRegistry Default { get; } = new();

    /// <summary>Shaping stages.</summary>
    public StageRegistry Stages { get; init; } = StageRegistry.Default;

    /// <summary>Reward sources.</summary>
    public RewardSourceRegistry Sources { get; init; } = RewardSourceRegistry.Default;
}
