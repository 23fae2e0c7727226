using Rlhf.Rewards;

namespace Rlhf.Shaping;

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
