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
