using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Rlhf.Configuration;
using Rlhf.ModelRewards;
using Rlhf.Models;
using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using Rlhf.Verification;

namespace Rlhf.Trainers.Experiments;

/// <summary>The types that an experiment's file may name; a program adds its own. Immutable.</summary>
public sealed class ExperimentRegistry
{
    /// <summary>The library's own types.</summary>
    public static ExperimentRegistry Default { get; } = new();

    /// <summary>Shaping stages.</summary>
    public TypeRegistry<StageOptions, RewardPipelineBuilder, RewardPipelineBuilder> Stages { get; init; } = StageTypes.All;

    /// <summary>Reward sources on the host.</summary>
    public TypeRegistry<RewardSourceOptions, ILogger, IRewardSource> Sources { get; init; } = VerifierTypes.All;

    /// <summary>Reward models, which a configuration lists among the reward sources.</summary>
    public TypeRegistry<RewardSourceOptions, ModelLoadOptions, ITensorRewardSource> ModelSources { get; init; } = ModelRewardTypes.All;

    /// <summary>Reads options as the type that their <c>"type"</c> names; for <c>ConfigurationReader.SerializerOptions</c>.</summary>
    /// <exception cref="ArgumentException">A reward source and a reward model have a name in common.</exception>
    public JsonConverter[] Converters() =>
        [new TypeJsonConverter<StageOptions>(Stages), new TypeJsonConverter<RewardSourceOptions>(Sources, ModelSources)];

    /// <summary>This registry with one more reward source.</summary>
    /// <typeparam name="T">Its options.</typeparam>
    /// <param name="type">What <c>"type"</c> names it.</param>
    /// <param name="create">Makes it.</param>
    /// <exception cref="ArgumentException">The type is there already.</exception>
    public ExperimentRegistry WithSource<T>(string type, Func<T, IRewardSource> create)
        where T : RewardSourceOptions =>
        new()
        {
            Stages = Stages,
            Sources = Sources.With<T>(type, (options, _) => create(options)),
            ModelSources = ModelSources,
        };
}
