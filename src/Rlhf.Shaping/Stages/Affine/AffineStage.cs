using Rlhf.Rewards;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Shaping.Stages;

/// <summary>r ← clamp(a·r + b, low, high).</summary>
internal sealed class AffineStage(string name, AffineOptions options) : IRewardTransform
{
    public string Name => name;

    public IReadOnlyList<string> Reads { get; } = [options.Channel];

    public IReadOnlyList<string> Writes { get; } = [options.Channel];

    public RewardSchema Configure(RewardSchema input)
    {
        ChannelSchema channel = input[options.Channel];
        RewardRange? range =
            channel.Range is { } r ? new RewardRange(Math.Min(Of(r.Minimum), Of(r.Maximum)), Math.Max(Of(r.Minimum), Of(r.Maximum)))
            : options.Minimum is { } low && options.Maximum is { } high ? new(low, high)
            : null;
        return input.With(
            channel with
            {
                Range = range,
                Levels = channel.Levels is null ? null : [.. channel.Levels.Select(Of).Distinct().Order()],
            }
        );
    }

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        RewardChannel channel = frame[options.Channel];
        using Scalar scale = options.Scale,
            shift = options.Shift;
        Tensor values = channel.Values.mul(scale).add(shift);
        if (options.Minimum is { } low)
        {
            using Scalar least = low;
            values = values.clamp_min(least);
        }

        if (options.Maximum is { } high)
        {
            using Scalar most = high;
            values = values.clamp_max(most);
        }

        return frame.With(channel with { Values = values.Keep(channel.Valid) });
    }

    private double Of(double value) =>
        Math.Min(
            Math.Max(options.Scale * value + options.Shift, options.Minimum ?? double.NegativeInfinity),
            options.Maximum ?? double.PositiveInfinity
        );
}
