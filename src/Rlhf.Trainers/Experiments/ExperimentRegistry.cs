using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Rlhf.Configuration;
using Rlhf.ModelRewards;
using Rlhf.Models;
using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using Rlhf.Trainers.Phases;
using Rlhf.Trainers.Policy;
using Rlhf.Verification;

namespace Rlhf.Trainers.Experiments;

/// <summary>The types that an experiment's file may name; a program adds its own. Immutable.</summary>
public sealed class ExperimentRegistry
{
    /// <summary>The library's own types.</summary>
    public static ExperimentRegistry Default { get; } = new();

    /// <summary>What trains.</summary>
    public TypeRegistry<PhaseOptions, PhaseContext, IPhasePlan> Phases { get; init; } = PhaseTypes.All;

    /// <summary>Shaping stages.</summary>
    public TypeRegistry<StageOptions, RewardPipelineBuilder, RewardPipelineBuilder> Stages { get; init; } = StageTypes.All;

    /// <summary>Reward sources on the host.</summary>
    public TypeRegistry<RewardSourceOptions, ILogger, IRewardSource> Sources { get; init; } = VerifierTypes.All;

    /// <summary>Reward models, which a configuration lists among the reward sources.</summary>
    public TypeRegistry<RewardSourceOptions, ModelLoadOptions, ITensorRewardSource> ModelSources { get; init; } = ModelRewardTypes.All;

    /// <summary>All registries, for documentation and schemas.</summary>
    public IReadOnlyList<ITypeRegistry> All => [Phases, Sources, ModelSources, Stages];

    /// <summary>Reads options as the type that their <c>"type"</c> names; for <c>ConfigurationReader.SerializerOptions</c>.</summary>
    /// <exception cref="ArgumentException">A reward source and a reward model have a name in common.</exception>
    public JsonConverter[] Converters() =>
        [
            new TypeJsonConverter<PhaseOptions>(Phases),
            new TypeJsonConverter<StageOptions>(Stages),
            new TypeJsonConverter<RewardSourceOptions>(Sources, ModelSources),
        ];

    /// <summary>This registry with one more reward source on the host.</summary>
    /// <typeparam name="T">Its options.</typeparam>
    /// <param name="type">What <c>"type"</c> names it.</param>
    /// <param name="create">Makes it.</param>
    /// <exception cref="ArgumentException">The type is there already.</exception>
    public ExperimentRegistry WithSource<T>(string type, Func<T, IRewardSource> create)
        where T : RewardSourceOptions => Copy(sources: Sources.With<T>(type, (options, _) => create(options)));

    /// <summary>This registry with one more reward model.</summary>
    /// <inheritdoc cref="WithSource"/>
    public ExperimentRegistry WithModelSource<T>(string type, Func<T, ModelLoadOptions, ITensorRewardSource> create)
        where T : RewardSourceOptions => Copy(modelSources: ModelSources.With(type, create));

    /// <summary>This registry with one more shaping stage.</summary>
    /// <typeparam name="T">Its options.</typeparam>
    /// <param name="type">What <c>"type"</c> names it.</param>
    /// <param name="add">Adds it to a builder.</param>
    /// <exception cref="ArgumentException">The type is there already.</exception>
    public ExperimentRegistry WithStage<T>(string type, Func<T, RewardPipelineBuilder, RewardPipelineBuilder> add)
        where T : StageOptions => Copy(stages: Stages.With(type, add));

    /// <summary>This registry with one more algorithm of policy optimisation, as a phase.</summary>
    /// <typeparam name="T">Its options, which say how advantages and the loss are made.</typeparam>
    /// <param name="type">What <c>"type"</c> names it.</param>
    /// <exception cref="ArgumentException">The type is there already.</exception>
    public ExperimentRegistry WithAlgorithm<T>(string type)
        where T : AlgorithmOptions => WithPhase<T>(type, (options, context) => new PolicyPlan(options, context));

    /// <summary>This registry with one more phase.</summary>
    /// <typeparam name="T">Its options.</typeparam>
    /// <param name="type">What <c>"type"</c> names it.</param>
    /// <param name="plan">Checks the options and reads the phase's data.</param>
    /// <exception cref="ArgumentException">The type is there already.</exception>
    public ExperimentRegistry WithPhase<T>(string type, Func<T, PhaseContext, IPhasePlan> plan)
        where T : PhaseOptions => Copy(phases: Phases.With(type, plan));

    private ExperimentRegistry Copy(
        TypeRegistry<PhaseOptions, PhaseContext, IPhasePlan>? phases = null,
        TypeRegistry<StageOptions, RewardPipelineBuilder, RewardPipelineBuilder>? stages = null,
        TypeRegistry<RewardSourceOptions, ILogger, IRewardSource>? sources = null,
        TypeRegistry<RewardSourceOptions, ModelLoadOptions, ITensorRewardSource>? modelSources = null
    ) =>
        new()
        {
            Phases = phases ?? Phases,
            Stages = stages ?? Stages,
            Sources = sources ?? Sources,
            ModelSources = modelSources ?? ModelSources,
        };
}
