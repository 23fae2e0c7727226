using System.Text.Json;
using System.Text.Json.Serialization;
using Rlhf.Configuration;
using Rlhf.Shaping.Stages;

namespace Rlhf.Shaping;

/// <summary>A stage type: what <c>"type"</c> in a configuration names.</summary>
/// <param name="Name">The type's name.</param>
/// <param name="Kind">Which list of a pipeline its stages belong to.</param>
/// <param name="OptionsType">The options that the JSON object is read as.</param>
public sealed record StageType(string Name, StageKind Kind, Type OptionsType);

/// <summary>The stage types that a configuration may name. Immutable: <see cref="With"/> gives a registry with one more.</summary>
public sealed class StageRegistry
{
    private readonly IReadOnlyDictionary<string, Entry> _entries;

    private StageRegistry(IEnumerable<Entry> entries)
    {
        _entries = entries.ToDictionary(e => e.Type.Name, StringComparer.Ordinal);
    }

    /// <summary>The library's own stages.</summary>
    public static StageRegistry Default { get; } =
        new StageRegistry([])
            .With<AffineOptions>("affine", StageKind.Shaping, (builder, options) => builder.AddAffine(options))
            .With<CalibrateOptions>("calibrate", StageKind.Shaping, (builder, options) => builder.AddCalibrate(options))
            .With<ClipOptions>("clip", StageKind.Shaping, (builder, options) => builder.AddClip(options))
            .With<ClipDeltaOptions>("clip_delta", StageKind.Shaping, (builder, options) => builder.AddClipDelta(options))
            .With<CosineLengthOptions>("cosine_length", StageKind.Shaping, (builder, options) => builder.AddCosineLength(options))
            .With<DeltaOptions>("delta", StageKind.Shaping, (builder, options) => builder.AddDelta(options))
            .With<EnsembleOptions>("ensemble", StageKind.Shaping, (builder, options) => builder.AddEnsemble(options))
            .With<FlipOptions>("flip", StageKind.Noise, (builder, options) => builder.AddFlip(options))
            .With<GateOptions>("gate", StageKind.Shaping, (builder, options) => builder.AddGate(options))
            .With<GaussianNoiseOptions>("gaussian_noise", StageKind.Noise, (builder, options) => builder.AddGaussianNoise(options))
            .With<KlRewardOptions>("kl", StageKind.Shaping, (builder, options) => builder.AddKl(options))
            .With<LengthNormaliseOptions>("length_normalise", StageKind.Shaping, (builder, options) => builder.AddLengthNormalise(options))
            .With<NormaliseOptions>("normalise", StageKind.Shaping, (builder, options) => builder.AddNormalise(options))
            .With<PotentialOptions>("potential", StageKind.Shaping, (builder, options) => builder.AddPotential(options))
            .With<PriorityOptions>("priority", StageKind.Shaping, (builder, options) => builder.AddPriority(options))
            .With<SoftOverlongOptions>("soft_overlong", StageKind.Shaping, (builder, options) => builder.AddSoftOverlong(options))
            .With<SpreadOptions>("spread", StageKind.Shaping, (builder, options) => builder.AddSpread(options))
            .With<StepAggregateOptions>("step_aggregate", StageKind.Shaping, (builder, options) => builder.AddStepAggregate(options))
            .With<WeightedSumOptions>("weighted_sum", StageKind.Shaping, (builder, options) => builder.AddWeightedSum(options));

    /// <summary>The types by name.</summary>
    public IEnumerable<StageType> Types => _entries.Values.Select(e => e.Type).OrderBy(t => t.Name, StringComparer.Ordinal);

    /// <summary>This registry with one more stage type.</summary>
    /// <typeparam name="TOptions">The options, a plain record that <c>System.Text.Json</c> reads.</typeparam>
    /// <param name="type">What <c>"type"</c> names it.</param>
    /// <param name="kind">Which list its stages belong to.</param>
    /// <param name="add">Adds a stage with such options to a builder.</param>
    /// <exception cref="ArgumentException">The type is there already.</exception>
    public StageRegistry With<TOptions>(string type, StageKind kind, Action<RewardPipelineBuilder, TOptions> add)
        where TOptions : StageOptions
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(type);
        ArgumentNullException.ThrowIfNull(add);
        return _entries.ContainsKey(type)
            ? throw new ArgumentException($"the stage type '{type}' is registered already.", nameof(type))
            : new([.. _entries.Values, new(new(type, kind, typeof(TOptions)), (builder, options) => add(builder, (TOptions)options))]);
    }

    /// <summary>Adds a configuration's stages to a builder.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="noise">The list <c>rewards.noise</c>.</param>
    /// <param name="shaping">The list <c>rewards.shaping</c>.</param>
    /// <exception cref="RewardPipelineException">A stage is in the wrong list, or its options are not registered.</exception>
    public RewardPipelineBuilder AddTo(
        RewardPipelineBuilder builder,
        IReadOnlyList<StageOptions> noise,
        IReadOnlyList<StageOptions> shaping
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(noise);
        ArgumentNullException.ThrowIfNull(shaping);
        Add(builder, noise, StageKind.Noise);
        Add(builder, shaping, StageKind.Shaping);
        return builder;
    }

    /// <summary>
    /// Reads <see cref="StageOptions"/> as the type that <c>"type"</c> names, wherever it stands in the object; for
    /// <see cref="JsonSerializerOptions.Converters"/>.
    /// </summary>
    public JsonConverter<StageOptions> CreateJsonConverter() =>
        new DiscriminatedJsonConverter<StageOptions>(
            "stage",
            _entries.Values.ToDictionary(e => e.Type.Name, e => e.Type.OptionsType, StringComparer.Ordinal)
        );

    private void Add(RewardPipelineBuilder builder, IReadOnlyList<StageOptions> list, StageKind kind)
    {
        foreach (StageOptions options in list)
        {
            StageType type = TypeOf(options);
            if (type.Kind != kind)
            {
                throw new RewardPipelineException(
                    $"stage '{options.Name ?? type.Name}' is of type '{type.Name}', which belongs into the list '{ListName(type.Kind)}', not '{ListName(kind)}'."
                );
            }

            _entries[type.Name].AddTo(builder, options);
        }
    }

    private StageType TypeOf(StageOptions options) =>
        Types.FirstOrDefault(t => t.OptionsType == options.GetType())
        ?? throw new RewardPipelineException(
            $"no stage type with options {options.GetType().Name} is registered; types: {string.Join(", ", Types.Select(t => t.Name))}."
        );

    private static string ListName(StageKind kind) => kind == StageKind.Noise ? "noise" : "shaping";

    private sealed record Entry(StageType Type, Action<RewardPipelineBuilder, StageOptions> AddTo);
}
