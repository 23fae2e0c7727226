using Rlhf.Configuration;
using Rlhf.Rewards;

namespace Rlhf.Shaping;

/// <summary>The channels that a pipeline, or one of its stages, is given or makes. Immutable.</summary>
/// <example><c>RewardSchema.Outcome("verifier", levels: [0, 1]).Outcome("format").Steps("process")</c></example>
public sealed class RewardSchema
{
    /// <summary>A schema.</summary>
    /// <param name="channels">The channels, each name once.</param>
    /// <exception cref="RewardPipelineException">A name comes twice, or a channel contradicts itself.</exception>
    public RewardSchema(IReadOnlyList<ChannelSchema> channels)
    {
        ArgumentNullException.ThrowIfNull(channels);
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (ChannelSchema channel in channels)
        {
            if (!names.Add(channel.Name))
            {
                throw new RewardPipelineException($"channel '{channel.Name}' is declared twice; each channel needs a name of its own.");
            }

            Check(channel);
        }

        Channels = [.. channels];
    }

    /// <summary>The channels in order.</summary>
    public IReadOnlyList<ChannelSchema> Channels { get; }

    /// <summary>Warnings of stages about this use of them; the program shows them once.</summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    /// <summary>The channel of a name.</summary>
    /// <exception cref="RewardPipelineException">There is none.</exception>
    public ChannelSchema this[string name] =>
        Find(name)
        ?? throw new RewardPipelineException(
            $"nothing writes a channel '{name}'; channels at this point: {string.Join(", ", Channels.Select(c => c.Name))}.{Suggestion.Ask(name, Channels.Select(c => c.Name))}"
        );

    /// <summary>A schema of one outcome channel, one value a response.</summary>
    /// <inheritdoc cref="RewardSchemaExtensions.Outcome"/>
    public static RewardSchema Outcome(string name, RewardRange? range = null, IReadOnlyList<double>? levels = null) =>
        new RewardSchema([]).Outcome(name, range, levels);

    /// <summary>A schema of one step channel, one value a step.</summary>
    /// <inheritdoc cref="RewardSchemaExtensions.Steps"/>
    public static RewardSchema Steps(string name, RewardRange? range = null, string stepMap = StepMap.Steps) =>
        new RewardSchema([]).Steps(name, range, stepMap);

    /// <summary>A schema of one token channel, one value a token.</summary>
    /// <inheritdoc cref="RewardSchemaExtensions.Tokens"/>
    public static RewardSchema Tokens(string name, RewardRange? range = null) => new RewardSchema([]).Tokens(name, range);

    /// <summary>The channel of a name, or null.</summary>
    public ChannelSchema? Find(string name) => Channels.FirstOrDefault(c => c.Name == name);

    /// <summary>This schema with a channel replaced, in its place, or added at the end.</summary>
    public RewardSchema With(ChannelSchema channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return new(Find(channel.Name) is null ? [.. Channels, channel] : [.. Channels.Select(c => c.Name == channel.Name ? channel : c)])
        {
            Warnings = Warnings,
        };
    }

    /// <summary>This schema with one more warning for the user.</summary>
    public RewardSchema WithWarning(string warning) => new(Channels) { Warnings = [.. Warnings, warning] };

    private static void Check(ChannelSchema channel)
    {
        if (string.IsNullOrWhiteSpace(channel.Name) || channel.Name.Contains('/', StringComparison.Ordinal))
        {
            throw new RewardPipelineException(
                $"a channel is named '{channel.Name}'; a name is not empty and has no '/', since metrics and files are named after it."
            );
        }

        if ((channel.Granularity == RewardGranularity.Step) != (channel.StepMap is not null))
        {
            throw new RewardPipelineException($"channel '{channel.Name}': a step channel names its step map and no other does.");
        }

        if (
            channel.Range is { } range
            && !(range.Minimum <= range.Maximum && double.IsFinite(range.Minimum) && double.IsFinite(range.Maximum))
        )
        {
            throw new RewardPipelineException(
                $"channel '{channel.Name}': the range {range.Minimum} to {range.Maximum} is not one of finite ascending numbers."
            );
        }
    }
}

/// <summary>Adds channels to a schema.</summary>
public static class RewardSchemaExtensions
{
    /// <summary>Adds an outcome channel, one value a response.</summary>
    /// <param name="schema">The schema so far.</param>
    /// <param name="name">The channel's name.</param>
    /// <param name="range">Bounds of its values; null where unknown, or the bounds of the levels.</param>
    /// <param name="levels">The only values there are; null where unknown or continuous.</param>
    public static RewardSchema Outcome(
        this RewardSchema schema,
        string name,
        RewardRange? range = null,
        IReadOnlyList<double>? levels = null
    )
    {
        IReadOnlyList<double>? ascending = levels is null ? null : [.. levels.Distinct().Order()];
        return schema.Add(
            new(name, RewardGranularity.Outcome)
            {
                Levels = ascending,
                Range = range ?? (ascending is { Count: > 0 } ? new(ascending[0], ascending[^1]) : null),
            }
        );
    }

    /// <summary>Adds a step channel, one value a step.</summary>
    /// <param name="schema">The schema so far.</param>
    /// <param name="name">The channel's name.</param>
    /// <param name="range">Bounds of its values; null where unknown.</param>
    /// <param name="stepMap">The step map that says where its steps end.</param>
    public static RewardSchema Steps(this RewardSchema schema, string name, RewardRange? range = null, string stepMap = StepMap.Steps) =>
        schema.Add(new(name, RewardGranularity.Step, stepMap) { Range = range });

    /// <summary>Adds a token channel, one value a token.</summary>
    /// <param name="schema">The schema so far.</param>
    /// <param name="name">The channel's name.</param>
    /// <param name="range">Bounds of its values; null where unknown.</param>
    public static RewardSchema Tokens(this RewardSchema schema, string name, RewardRange? range = null) =>
        schema.Add(new(name, RewardGranularity.Token) { Range = range });

    /// <summary>Adds the channel of a host source, and its companion where it says whether an answer was found.</summary>
    /// <param name="schema">The schema so far.</param>
    /// <param name="source">The source.</param>
    public static RewardSchema Source(this RewardSchema schema, IRewardSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        RewardRange? range = source.Range is var (low, high) ? new(low, high) : null;
        RewardSchema with =
            source.Granularity == RewardGranularity.Step
                ? schema.Add(new(source.Name, RewardGranularity.Step, StepMap.Steps) { Range = range, Levels = source.Levels })
                : schema.Outcome(source.Name, range, source.Levels);
        return source.SaysAnswered ? with.Outcome(ChannelNames.Answered(source.Name), levels: [0, 1]) : with;
    }

    /// <summary>Adds the channel of a reward model, and its companion where it scores the prompt, too.</summary>
    /// <param name="schema">The schema so far.</param>
    /// <param name="model">The model.</param>
    public static RewardSchema Source(this RewardSchema schema, ITensorRewardSource model)
    {
        ArgumentNullException.ThrowIfNull(model);
        RewardRange? range = model.Range is var (low, high) ? new(low, high) : null;
        RewardSchema with =
            model.Granularity == RewardGranularity.Step ? schema.Steps(model.Name, range) : schema.Outcome(model.Name, range);
        return model.ScoresPrompt ? with.Outcome(ChannelNames.Prompt(model.Name), range) : with;
    }

    private static RewardSchema Add(this RewardSchema schema, ChannelSchema channel)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return new([.. schema.Channels, channel]);
    }
}
