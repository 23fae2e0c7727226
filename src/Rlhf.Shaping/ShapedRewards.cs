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

/// <summary>The channels that one stage wrote, as they were right after it.</summary>
public sealed class StageSnapshot(string stage, IReadOnlyList<RewardChannel> channels)
{
    /// <summary>The stage's name.</summary>
    public string Stage { get; } = stage;

    /// <summary>The channels it wrote.</summary>
    public IReadOnlyList<RewardChannel> Channels { get; } = channels;
}

/// <summary>
/// What a pipeline made of a batch's rewards. Its tensors belong to the scope that was open around <see cref="RewardPipeline.Apply"/>.
/// </summary>
public sealed class ShapedRewards
{
    /// <summary>The rewards as scored, for evaluation and plots; entries that were not finite are invalid.</summary>
    public required RewardFrame Raw { get; init; }

    /// <summary>The rewards after the noise stages, which filters and thresholds see.</summary>
    public required RewardFrame Observed { get; init; }

    /// <summary>The rewards after all stages.</summary>
    public required RewardFrame Shaped { get; init; }

    /// <summary>For each stage, in order, what it wrote.</summary>
    public required IReadOnlyList<StageSnapshot> Stages { get; init; }

    /// <summary>The channels with a weight other than 0, in the order of the weights.</summary>
    public required IReadOnlyList<ReturnChannel> Returns { get; init; }

    /// <summary>The channel of <see cref="Raw"/> that verifies answers; null where the pipeline has none.</summary>
    public string? VerifiedChannel { get; init; }

    /// <summary>The batch.</summary>
    public RewardLayout Layout => Shaped.Layout;
}
