using Rlhf.Rewards;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Shaping.Stages;

/// <summary>r ← min(r − η, 0).</summary>
internal sealed class ClipStage(string name, ClipOptions options) : IRewardTransform
{
    private const string ThresholdState = "threshold";
    private const string IterationsState = "iterations";

    private static readonly Scalar Zero = 0;
    private static readonly Scalar One = 1;
    private static readonly Scalar Infinity = double.PositiveInfinity;

    public string Name => name;

    public IReadOnlyList<string> Reads { get; } = [options.Channel];

    public IReadOnlyList<string> Writes { get; } = [options.Channel];

    public RewardSchema Configure(RewardSchema input)
    {
        ChannelSchema channel = input[options.Channel];
        RewardRange? range =
            channel.Range is { } r && options.Threshold is { } threshold
                ? new(Math.Min(r.Minimum - threshold, 0), Math.Min(r.Maximum - threshold, 0))
                : null;
        return input.With(channel with { Range = range, Levels = null });
    }

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        RewardChannel channel = frame[options.Channel];
        Tensor values = channel.Values,
            valid = channel.Valid;
        if (values.numel() == 0)
        {
            return frame;
        }

        Tensor threshold = options.Threshold is { } given ? FixedThreshold(given, values) : AdaptiveThreshold(frame, channel, context);
        Tensor clipped = values.sub(threshold).clamp_max(Zero).Keep(valid);
        context.Metrics.Add("threshold", threshold, ones_like(threshold), "iterations");
        context.Metrics.AddShare("at_zero", values.ge(threshold), valid, $"valid entries of {channel.Name}");
        return frame.With(channel with { Values = clipped });
    }

    private static Tensor FixedThreshold(double threshold, Tensor values)
    {
        using Scalar eta = threshold;
        return full([], eta, values.dtype, values.device);
    }

    private Tensor AdaptiveThreshold(RewardFrame frame, RewardChannel channel, RewardContext context)
    {
        Tensor isPolicy = frame.Layout.IsPolicy;
        Tensor counted = channel.Valid.bitwise_and(channel.Granularity == RewardGranularity.Outcome ? isPolicy : isPolicy.unsqueeze(1));
        Tensor own = Quantile(channel.Values, counted, 1 - options.Share!.Value);
        Tensor before = context.GetState(ThresholdState)?.to(own.dtype, own.device) ?? zeros_like(own);
        Tensor iterations = context.GetState(IterationsState)?.to(own.device) ?? zeros([], ScalarType.Int64, own.device);
        Tensor used = iterations.gt(Zero).Choose(before, own);

        // An iteration without a valid value leaves η as it is, and does not count as the first.
        Tensor any = counted.any();
        using Scalar decay = options.Decay;
        context.SetState(ThresholdState, any.Choose(lerp(own, used, full_like(own, decay)), before));
        context.SetState(IterationsState, iterations.add(any.to_type(ScalarType.Int64)));
        return used;
    }

    // The linearly interpolated quantile of the entries that count; 0 where none does. Those that don't sort to the end.
    private static Tensor Quantile(Tensor values, Tensor counted, double quantile)
    {
        Tensor sorted = values.masked_fill(counted.bitwise_not(), Infinity).flatten().sort().Values;
        using Scalar q = quantile;
        Tensor last = counted.sum().sub(One).clamp_min(Zero);
        Tensor position = last.to_type(values.dtype).mul(q);
        Tensor below = position.floor().to_type(ScalarType.Int64);
        Tensor low = sorted.gather(0, below.unsqueeze(0)).squeeze(0);
        Tensor high = sorted.gather(0, minimum(below.add(One), last).unsqueeze(0)).squeeze(0);
        Tensor result = lerp(low, high, position.sub(below));
        return result.Keep(counted.any());
    }
}
