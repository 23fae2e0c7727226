using System.Text.Json.Serialization;
using Rlhf.Configuration;
using Rlhf.Models;

namespace Rlhf.Rewards;

/// <summary>A type of reward source: what <c>"type"</c> in a configuration names.</summary>
/// <param name="Name">The type's name.</param>
/// <param name="OptionsType">The options that the JSON object is read as.</param>
public sealed record RewardSourceType(string Name, Type OptionsType)
{
    /// <summary>Whether its sources are models on the torch thread (<see cref="ITensorRewardSource"/>) rather than host sources.</summary>
    public bool IsModel => CreateModel is not null;

    internal Func<RewardSourceOptions, IRewardSource>? Create { get; init; }

    internal Func<RewardSourceOptions, ModelLoadOptions, ITensorRewardSource>? CreateModel { get; init; }
}

/// <summary>The reward sources that a configuration may name. Immutable: <see cref="With"/> gives a registry with one more.</summary>
public sealed class RewardSourceRegistry
{
    private readonly IReadOnlyList<RewardSourceType> _types;

    private RewardSourceRegistry(IReadOnlyList<RewardSourceType> types) => _types = types;

    /// <summary>The library's own sources.</summary>
    public static RewardSourceRegistry Default { get; } =
        new RewardSourceRegistry([])
            .With<ArithmeticStepsOptions>("arithmetic_steps", Verifiers.ArithmeticSteps)
            .With<BoxedOptions>("boxed", Verifiers.Boxed)
            .With<ExactOptions>("exact", Verifiers.Exact)
            .With<RegexVerifierOptions>("regex", Verifiers.Regex)
            .With<FormatOptions>("format", Verifiers.Format)
            .With<LastNumberOptions>("last_number", Verifiers.LastNumber)
            .With<LengthOptions>("length", TextRewards.Length)
            .With<MathOptions>("math", Verifiers.Math)
            .With<NumericOptions>("numeric", Verifiers.Numeric)
            .WithModel<OutcomeModelOptions>("outcome_model", RewardModels.Outcome)
            .WithModel<ProcessModelOptions>("process_model", RewardModels.Process)
            .With<ReasoningPatternOptions>("reasoning_pattern", TextRewards.ReasoningPattern)
            .With<RepetitionOptions>("repetition", TextRewards.Repetition)
            .With<SetF1Options>("set_f1", Verifiers.SetF1)
            .With<UnitTestsOptions>("unit_tests", CodeRewards.UnitTests);

    /// <summary>The types, by name.</summary>
    public IEnumerable<RewardSourceType> Types => _types.OrderBy(t => t.Name, StringComparer.Ordinal);

    /// <summary>This registry with one more type.</summary>
    /// <typeparam name="TOptions">Its options, a plain record that <c>System.Text.Json</c> reads.</typeparam>
    /// <param name="type">What <c>"type"</c> names it.</param>
    /// <param name="create">Makes a source from such options.</param>
    /// <exception cref="ArgumentException">The type is there already.</exception>
    public RewardSourceRegistry With<TOptions>(string type, Func<TOptions, IRewardSource> create)
        where TOptions : RewardSourceOptions
    {
        ArgumentNullException.ThrowIfNull(create);
        return With(new(type, typeof(TOptions)) { Create = options => create((TOptions)options) });
    }

    /// <summary>This registry with one more type of reward model.</summary>
    /// <typeparam name="TOptions">Its options, a plain record that <c>System.Text.Json</c> reads.</typeparam>
    /// <param name="type">What <c>"type"</c> names it.</param>
    /// <param name="create">Makes a source from such options, on the device and in the types of the run.</param>
    /// <exception cref="ArgumentException">The type is there already.</exception>
    public RewardSourceRegistry WithModel<TOptions>(string type, Func<TOptions, ModelLoadOptions, ITensorRewardSource> create)
        where TOptions : RewardSourceOptions
    {
        ArgumentNullException.ThrowIfNull(create);
        return With(new(type, typeof(TOptions)) { CreateModel = (options, load) => create((TOptions)options, load) });
    }

    /// <summary>The type that options belong to.</summary>
    /// <exception cref="ArgumentException">The options' type is not registered.</exception>
    public RewardSourceType TypeOf(RewardSourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return _types.FirstOrDefault(t => t.OptionsType == options.GetType())
            ?? throw new ArgumentException($"no reward source with options {options.GetType().Name} is registered.", nameof(options));
    }

    /// <summary>Makes a host source.</summary>
    /// <exception cref="ArgumentException">The options' type is not registered or is that of a model, or an option is out of
    /// range.</exception>
    public IRewardSource Create(RewardSourceOptions options)
    {
        RewardSourceType type = TypeOf(options);
        OptionsCheck.Require(options);
        return type.Create is { } create
            ? create(options)
            : throw new ArgumentException($"reward source type '{type.Name}' is a model; it is made by CreateModel.", nameof(options));
    }

    /// <summary>Makes a reward model.</summary>
    /// <exception cref="ArgumentException">The options' type is not registered or is that of a host source, or an option is out of
    /// range.</exception>
    public ITensorRewardSource CreateModel(RewardSourceOptions options, ModelLoadOptions load)
    {
        RewardSourceType type = TypeOf(options);
        OptionsCheck.Require(options);
        return type.CreateModel is { } create
            ? create(options, load)
            : throw new ArgumentException($"reward source type '{type.Name}' is no model; it is made by Create.", nameof(options));
    }

    /// <summary>Reads <see cref="RewardSourceOptions"/> as the type that <c>"type"</c> names.</summary>
    public JsonConverter<RewardSourceOptions> CreateJsonConverter() =>
        new DiscriminatedJsonConverter<RewardSourceOptions>(
            "reward source",
            _types.ToDictionary(t => t.Name, t => t.OptionsType, StringComparer.Ordinal)
        );

    private RewardSourceRegistry With(RewardSourceType added)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(added.Name);
        return _types.Any(t => t.Name == added.Name)
            ? throw new ArgumentException($"the reward source type '{added.Name}' is registered already.", nameof(added))
            : new([.. _types, added]);
    }
}
