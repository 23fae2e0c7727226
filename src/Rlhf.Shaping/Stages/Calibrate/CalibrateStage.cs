using Rlhf.Rewards;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Shaping.Stages;

/// <summary>s ← min(s + α·p, cap) where s &lt; τ.</summary>
internal sealed class CalibrateStage(string name, CalibrateOptions options) : IRewardTransform
{
    public string Name => name;

    public IReadOnlyList<string> Reads { get; } = [options.Channel, options.By];

    public IReadOnlyList<string> Writes { get; } = [options.Channel];

    public RewardSchema Configure(RewardSchema input)
    {
        ChannelSchema channel = input[options.Channel].RequireOutcome("calibration"), by = input[options.By].RequireOutcome("calibration");
        RewardRange? range = channel.Range is { } r && by.Range is { } p ? new(r.Minimum + options.Alpha * Math.Min(p.Minimum, 0), Math.Max(r.Maximum, Math.Min(options.Threshold + options.Alpha * Math.Max(p.Maximum, 0), options.Cap ?? double.MaxValue))) : null;
        return input.With(channel with { Range = range, Levels = null });
    }

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        if (!context.IsTraining)
        {
            return frame;
        }

        RewardChannel channel = frame[options.Channel], by = frame[options.By];
        using Scalar threshold = options.Threshold, alpha = options.Alpha;
        Tensor low = channel.Values.lt(threshold).bitwise_and(channel.Valid), raised = channel.Values.add(by.Values.Keep(by.Valid).mul(alpha));
        if (options.Cap is { } cap)
        {
            using Scalar most = cap;
            raised = raised.clamp_max(most);
        }

        context.Metrics.AddShare("below_threshold", low, channel.Valid, $"valid entries of {channel.Name}");
        return frame.With(channel with { Values = low.Choose(raised, channel.Values).Keep(channel.Valid) });
    }
}
