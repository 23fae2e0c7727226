using Rlhf.Configuration;
using Rlhf.Models;
using Rlhf.Rewards;

namespace Rlhf.ModelRewards;

/// <summary>The reward models that a configuration may name beside the sources on the host.</summary>
public static class ModelRewardTypes
{
    /// <summary>The library's own.</summary>
    public static TypeRegistry<RewardSourceOptions, ModelLoadOptions, ITensorRewardSource> All { get; } =
        new TypeRegistry<RewardSourceOptions, ModelLoadOptions, ITensorRewardSource>("reward source")
            .With<OutcomeModelOptions>("outcome_model", ModelRewardSources.Outcome)
            .With<ProcessModelOptions>("process_model", ModelRewardSources.Process);
}
