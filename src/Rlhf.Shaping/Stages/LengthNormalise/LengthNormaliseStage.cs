using Rlhf.Rewards;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Shaping.Stages;

/// <summary>r_k ← r_k / K.</summary>
internal sealed class LengthNormaliseStage(string name, LengthNormaliseOptions options) : IRewardTransform
{
    private static readonly Scalar One = 1;

    public string Name => name;

    public IReadOnlyList<string> Reads { get; } = [options.Channel];

    public IReadOnlyList<string> Writes { get; } = [options.Channel];

    public RewardSchema Configure(RewardSchema input)
    {
        ChannelSchema channel = input[options.Channel].RequireSteps("length normalisation");
        return input.With(channel with { Range = channel.Range?.Including(0), Levels = null, IsCausal = false });
    }

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        RewardChannel channel = frame[options.Channel];
        Tensor count = frame.StepsOf(channel).Mask.sum(1, keepdim: true).clamp_min(One);
        return frame.With(channel with { Values = channel.Values.div(count.to_type(channel.Values.dtype)).Keep(channel.Valid) });
    }
}
