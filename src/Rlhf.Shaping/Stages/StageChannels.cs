using Rlhf.Rewards;

namespace Rlhf.Shaping.Stages;

/// <summary>What stages demand of channels.</summary>
internal static class StageChannels
{
    /// <summary>The channel, if it has one value a step.</summary>
    public static ChannelSchema RequireSteps(this ChannelSchema channel, string stage) => channel.Granularity == RewardGranularity.Step
        ? channel
        : throw new RewardPipelineException($"channel '{channel.Name}' has one value a {Noun(channel.Granularity)}; {stage} needs one a step.");

    /// <summary>The channel, if it has one value a response.</summary>
    public static ChannelSchema RequireOutcome(this ChannelSchema channel, string stage) => channel.Granularity == RewardGranularity.Outcome
        ? channel
        : throw new RewardPipelineException($"channel '{channel.Name}' has one value a {Noun(channel.Granularity)}; {stage} needs one a response.");

    /// <summary>The schema with a channel that nothing wrote before.</summary>
    public static RewardSchema WithNew(this RewardSchema schema, ChannelSchema channel) => schema.Find(channel.Name) is null
        ? schema.With(channel)
        : throw new RewardPipelineException($"channel '{channel.Name}' is there already; give 'into' a name of its own.");

    private static string Noun(RewardGranularity granularity) => granularity switch
    {
        RewardGranularity.Outcome => "response",
        RewardGranularity.Step => "step",
        _ => "token",
    };
}
