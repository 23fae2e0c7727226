using Rlhf.Rewards;

namespace Rlhf.Shaping;

/// <summary>A channel that a pipeline ends in, which advantages are made of.</summary>
public sealed class ReturnChannel(RewardChannel channel, ChannelSchema schema, double weight)
{
    /// <summary>The shaped rewards, in their own granularity; the weight is not applied yet.</summary>
    public RewardChannel Channel { get; } = channel;

    /// <summary>What is known of the channel after the last stage.</summary>
    public ChannelSchema Schema { get; } = schema;

    /// <summary>Its weight w_c in the return.</summary>
    public double Weight { get; } = weight;
}
