using Rlhf.Rewards;

namespace Rlhf.Shaping.Stages;

/// <summary>What stages demand of channels.</summary>
internal static class StageChannels
{
    /// <summary>The channel, if it has one value a step.</summary>
    public static ChannelSchema RequireSteps(this ChannelSchema channel, string stage) =>
        channel.Granularity == RewardGranularity.Step
            ? channel
            : throw new RewardPipelineException(
                $"channel '{channel.Name}' has one value a {Noun(channel.Granularity)}; {stage} needs one a step."
            );

    /// <summary>The channel, if it has one value a response.</summary>
    public static ChannelSchema RequireOutcome(this ChannelSchema channel, string stage) =>
        channel.Granularity == RewardGranularity.Outcome
            ? channel
            : throw new RewardPipelineException(
                $"channel '{channel.Name}' has one value a {Noun(channel.Granularity)}; {stage} needs one a response."
            );

    /// <summary>
    /// A new channel that is made of several: of their granularity, causal where all of them are, with normalised parts or a KL penalty
    /// where one of them is or has.
    /// </summary>
    /// <param name="schema">The channels that there are.</param>
    /// <param name="names">Those it is made of.</param>
    /// <param name="into">Its name.</param>
    /// <param name="purpose">What differing channels cannot do, as in "cannot be added".</param>
    public static ChannelSchema Combined(this RewardSchema schema, IReadOnlyList<string> names, string into, string purpose)
    {
        ChannelSchema[] channels = [.. names.Select(n => schema[n])];
        ChannelSchema first = channels[0];
        if (channels.FirstOrDefault(c => c.Granularity != first.Granularity || c.StepMap != first.StepMap) is { } other)
        {
            throw new RewardPipelineException(
                $"channels '{first.Name}' and '{other.Name}' differ in granularity or step map and {purpose}; spread or aggregate one of them first."
            );
        }

        return new(into, first.Granularity, first.StepMap)
        {
            IsCausal = channels.All(c => c.IsCausal),
            Normalisation = channels.Any(c => c.Normalisation != Normalisation.None) ? Normalisation.Parts : Normalisation.None,
            IsKlPenalty = channels.Any(c => c.IsKlPenalty),
        };
    }

    /// <summary>The smallest range that holds those of several channels; null where one of them is unknown.</summary>
    public static RewardRange? Hull(this RewardSchema schema, IReadOnlyList<string> names)
    {
        RewardRange?[] ranges = [.. names.Select(n => schema[n].Range)];
        return ranges.Contains(null) ? null : new(ranges.Min(r => r!.Value.Minimum), ranges.Max(r => r!.Value.Maximum));
    }

    /// <summary>The schema with a channel that nothing wrote before.</summary>
    public static RewardSchema WithNew(this RewardSchema schema, ChannelSchema channel) =>
        schema.Find(channel.Name) is null
            ? schema.With(channel)
            : throw new RewardPipelineException($"channel '{channel.Name}' is there already; give 'into' a name of its own.");

    private static string Noun(RewardGranularity granularity) =>
        granularity switch
        {
            RewardGranularity.Outcome => "response",
            RewardGranularity.Step => "step",
            _ => "token",
        };
}
