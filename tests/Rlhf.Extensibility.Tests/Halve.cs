using Rlhf.Rewards;
using Rlhf.Shaping;
using TorchSharp;

namespace Rlhf.Extensibility.Tests;

/// <summary>A stage: half of a channel.</summary>
public sealed class HalveOptions : StageOptions
{
    public required string Channel { get; init; }
}

internal sealed class Halve(string name, HalveOptions options) : IRewardTransform
{
    private static readonly Scalar Half = 0.5;

    public string Name => name;

    public IReadOnlyList<string> Reads => [options.Channel];

    public IReadOnlyList<string> Writes => [options.Channel];

    public RewardSchema Configure(RewardSchema input) => input;

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        RewardChannel channel = frame[options.Channel];
        return frame.With(channel with { Values = channel.Values.mul(Half) });
    }
}
