using Rlhf.Rewards;

namespace Rlhf.Shaping;

/// <summary>The channels that one stage wrote, as they were right after it.</summary>
public sealed class StageSnapshot(string stage, IReadOnlyList<RewardChannel> channels)
{
    /// <summary>The stage's name.</summary>
    public string Stage { get; } = stage;

    /// <summary>The channels it wrote.</summary>
    public IReadOnlyList<RewardChannel> Channels { get; } = channels;
}
