using Rlhf.Rewards;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Shaping.Stages;

/// <summary>r ← (r − mean) / (std + ε).</summary>
internal sealed class NormaliseStage(string name, NormaliseOptions options) : IRewardTransform
{
    private const string CountState = "count", MeanState = "mean", SquaresState = "squares";

    private static readonly Scalar Zero = 0, One = 1;

    public string Name => name;

    public IReadOnlyList<string> Reads { get; } = [options.Channel];

    public IReadOnlyList<string> Writes { get; } = [options.Channel];

    public RewardSchema Configure(RewardSchema input)
    {
        ChannelSchema channel = input[options.Channel];
        return channel.IsNormalised
            ? throw new RewardPipelineException($"channel '{channel.Name}' is normalised already; drop one of the two stages.")
            : input.With(channel with { Range = null, Levels = null, IsNormalised = true });
    }

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        RewardChannel channel = frame[options.Channel];
        if (channel.Values.numel() == 0)
        {
            return frame;
        }

        // In double, so that the mean of equal float32 values is exactly that value.
        Tensor values = channel.Values.to_type(ScalarType.Float64), isPolicy = frame.Layout.IsPolicy;
        Tensor counted = channel.Valid.bitwise_and(channel.Granularity == RewardGranularity.Outcome ? isPolicy : isPolicy.unsqueeze(1));
        (Tensor count, Tensor mean, Tensor squares) = Statistics(values, counted, frame.Layout);
        if (options.Over == NormaliseOver.Running)
        {
            (count, mean, squares) = Running(count, mean, squares, context);
        }

        using Scalar ddof = options.Ddof, epsilon = options.Epsilon;
        Tensor deviation = squares.div(count.sub(ddof).clamp_min(One)).sqrt();
        Tensor result = (options.Centre ? values.sub(mean) : values).div(deviation.add(epsilon));
        Tensor enough = count.gt(One).expand(result.shape);
        return frame.With(channel with { Values = result.Keep(enough.bitwise_and(channel.Valid)).to_type(channel.Values.dtype) });
    }

    // Number, mean and sum of squared distances from it, shaped to broadcast against the values.
    private (Tensor Count, Tensor Mean, Tensor Squares) Statistics(Tensor values, Tensor counted, RewardLayout layout)
    {
        Tensor count = Sum(counted.to_type(ScalarType.Float64), layout);
        Tensor mean = Sum(values.Keep(counted), layout).div(count.clamp_min(One));
        return (count, mean, Sum(values.sub(mean).square().Keep(counted), layout));
    }

    private Tensor Sum(Tensor entries, RewardLayout layout)
    {
        if (options.Over != NormaliseOver.Group)
        {
            return entries.sum();
        }

        Tensor rows = entries.dim() == 1 ? entries : entries.sum(1);
        Tensor groups = zeros([layout.Groups], ScalarType.Float64, entries.device).scatter_add(0, layout.GroupIndex, rows).gather(0, layout.GroupIndex);
        return entries.dim() == 1 ? groups : groups.unsqueeze(1);
    }

    // The statistics from before this iteration, which then joins them (Chan, Golub and LeVeque's pairwise update).
    private static (Tensor Count, Tensor Mean, Tensor Squares) Running(Tensor count, Tensor mean, Tensor squares, RewardContext context)
    {
        Tensor n = State(CountState), m = State(MeanState), s = State(SquaresState), total = n.add(count), apart = mean.sub(m);
        context.SetState(CountState, total);
        context.SetState(MeanState, m.add(apart.mul(count).div(total.clamp_min(One))));
        context.SetState(SquaresState, s.add(squares).add(apart.square().mul(n).mul(count).div(total.clamp_min(One))));
        Tensor known = n.gt(Zero);
        return (known.Choose(n, count), known.Choose(m, mean), known.Choose(s, squares));

        Tensor State(string name) => context.GetState(name)?.to(ScalarType.Float64, count.device) ?? zeros_like(count);
    }
}
