using System.Text.Json.Serialization;
using Rlhf.Configuration;

namespace Rlhf.Rewards;

/// <summary>A type of reward source: what <c>"type"</c> in a configuration names.</summary>
/// <param name="Name">The type's name.</param>
/// <param name="OptionsType">The options that the JSON object is read as.</param>
public sealed record RewardSourceType(string Name, Type OptionsType)
{
    internal Func<RewardSourceOptions, IRewardSource> Create { get; init; } = _ => throw new InvalidOperationException();
}

/// <summary>The reward sources that a configuration may name. Immutable: <see cref="With"/> gives a registry with one more.</summary>
public sealed class RewardSourceRegistry
{
    private readonly IReadOnlyList<RewardSourceType> _types;

    private RewardSourceRegistry(IReadOnlyList<RewardSourceType> types) => _types = types;

    /// <summary>The library's own sources.</summary>
    public static RewardSourceRegistry Default { get; } = new RewardSourceRegistry([])
        .With<ArithmeticStepsOptions>("arithmetic_steps", Verifiers.ArithmeticSteps)
        .With<BoxedOptions>("boxed", Verifiers.Boxed)
        .With<ExactOptions>("exact", Verifiers.Exact)
        .With<FormatOptions>("format", Verifiers.Format)
        .With<LastNumberOptions>("last_number", Verifiers.LastNumber)
        .With<MathOptions>("math", Verifiers.Math)
        .With<NumericOptions>("numeric", Verifiers.Numeric)
        .With<ReasoningPatternOptions>("reasoning_pattern", TextRewards.ReasoningPattern)
        .With<RepetitionOptions>("repetition", TextRewards.Repetition)
        .With<SetF1Options>("set_f1", Verifiers.SetF1);

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
        ArgumentException.ThrowIfNullOrWhiteSpace(type);
        ArgumentNullException.ThrowIfNull(create);
        return _types.Any(t => t.Name == type)
            ? throw new ArgumentException($"the reward source type '{type}' is registered already.", nameof(type))
            : new([.. _types, new(type, typeof(TOptions)) { Create = options => create((TOptions)options) }]);
    }

    /// <summary>Makes a source.</summary>
    /// <exception cref="ArgumentException">The options' type is not registered, or an option is out of range.</exception>
    public IRewardSource Create(RewardSourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return (_types.FirstOrDefault(t => t.OptionsType == options.GetType())
            ?? throw new ArgumentException($"no reward source with options {options.GetType().Name} is registered.", nameof(options))).Create(options);
    }

    /// <summary>Reads <see cref="RewardSourceOptions"/> as the type that <c>"type"</c> names.</summary>
    public JsonConverter<RewardSourceOptions> CreateJsonConverter() =>
        new DiscriminatedJsonConverter<RewardSourceOptions>("reward source", _types.ToDictionary(t => t.Name, t => t.OptionsType, StringComparer.Ordinal));
}
