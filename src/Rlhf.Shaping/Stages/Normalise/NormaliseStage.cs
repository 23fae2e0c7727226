using Rlhf.Rewards;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Shaping.Stages;

/// <summary>r ← (r − mean) / (std + ε).</summary>
internal sealed class NormaliseStage(string name, NormaliseOptions options) : IRewardTransform
{
    private const string CountState = "count",
        MeanState = "mean",
        SquaresState = "squares";

    private static readonly Scalar Zero = 0,
        One = 1;

    public string Name => name;

    public IReadOnlyList<string> Reads { get; } = [options.Channel];

    public IReadOnlyList<string> Writes { get; } = [options.Channel];

    public RewardSchema Configure(RewardSchema input)
    {
        ChannelSchema channel = input[options.Channel];
        if (channel.Normalisation == Normalisation.Whole)
        {
            throw new RewardPipelineException($"channel '{channel.Name}' is normalised already; drop one of the two stages.");
        }

        if (channel.IsKlPenalty)
        {
            throw new RewardPipelineException(
                $"channel '{channel.Name}' holds a KL penalty, whose coefficient dividing by a standard deviation would change; normalise the other rewards apart from it."
            );
        }

        return input.With(channel with { Range = null, Levels = null, Normalisation = Normalisation.Whole });
    }

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        RewardChannel channel = frame[options.Channel];
        if (channel.Values.numel() == 0)
        {
            return frame;
        }

        // In double, so that float32 values lose nothing.
        Tensor values = channel.Values.to_type(ScalarType.Float64),
            isPolicy = frame.Layout.IsPolicy;
        Tensor counted = channel.Valid.bitwise_and(channel.Granularity == RewardGranularity.Outcome ? isPolicy : isPolicy.unsqueeze(1));
        GroupStatistics groups = Statistics(values, counted, frame.Layout);
        (Tensor count, Tensor mean, Tensor squares) =
            options.Over == NormaliseOver.Running ? Running(groups, context) : (groups.Count, groups.Mean, groups.Squares);

        using Scalar ddof = options.Ddof,
            epsilon = options.Epsilon;
        Tensor deviation = Each(squares.div(count.sub(ddof).clamp_min(One)).sqrt());
        Tensor result = (options.Centre ? values.sub(Each(mean)) : values).div(deviation.add(epsilon));
        return frame.With(
            channel with
            {
                Values = result
                    .Keep(Each(count.gt(One).bitwise_and(squares.gt(Zero))).bitwise_and(channel.Valid))
                    .to_type(channel.Values.dtype),
            }
        );

        Tensor Each(Tensor ofGroups) => groups.Of(ofGroups).view(values.shape);
    }

    private GroupStatistics Statistics(Tensor values, Tensor counted, BatchLayout layout)
    {
        bool byGroup = options.Over == NormaliseOver.Group;
        Tensor rows = byGroup ? layout.GroupIndex : zeros_like(layout.GroupIndex);
        Tensor group = values.dim() == 1 ? rows : rows.unsqueeze(1).expand(values.shape).flatten();
        return new(values.flatten(), counted.flatten(), group, byGroup ? layout.Groups : 1);
    }

    // The statistics from before this iteration, which then joins them (Chan, Golub and LeVeque's pairwise update).
    private static (Tensor Count, Tensor Mean, Tensor Squares) Running(GroupStatistics batch, RewardContext context)
    {
        (Tensor count, Tensor mean, Tensor squares) = (batch.Count, batch.Mean, batch.Squares);
        Tensor n = State(CountState),
            m = State(MeanState),
            s = State(SquaresState),
            total = n.add(count),
            apart = mean.sub(m);
        context.SetState(CountState, total);
        context.SetState(MeanState, m.add(apart.mul(count).div(total.clamp_min(One))));
        context.SetState(SquaresState, s.add(squares).add(apart.square().mul(n).mul(count).div(total.clamp_min(One))));

        // Equal values have no spread to divide by: ε alone would blow the first value that differs up a million times.
        Tensor known = s.gt(Zero);
        return (known.Choose(n, count), known.Choose(m, mean), known.Choose(s, squares));

        Tensor State(string name) => context.GetState(name)?.to(ScalarType.Float64, count.device) ?? zeros_like(count);
    }
}
