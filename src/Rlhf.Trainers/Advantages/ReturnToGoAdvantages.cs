using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Advantages;

/// <summary>
/// A_t = G_t − b(group, step of t) / γ^o, G_t = Σ_{t' ≥ t} γ^(t' − t) · r_t', b the mean over the group's samples that have such a step, of
/// their return from its first token, and o the offset of t from the first token of its step.
/// </summary>
/// <remarks>
/// Time counts action tokens. A response without steps counts as one step. Where fewer than two samples have a step, its tokens get 0. A
/// baseline from the step's end would depend on a length that is chosen after t; the division brings the baseline to the time of t, so that
/// equal returns give 0.
/// </remarks>
internal sealed class ReturnToGoAdvantages(GroupAdvantageOptions options, IReadOnlyList<string> warnings)
    : GroupAdvantageEstimator(options, warnings)
{
    private static readonly Scalar MinusOne = -1,
        Zero = 0,
        One = 1,
        LargestExponent = 80;

    // Squared: what differs by less, beside its size, is the rounding of γ^n.
    private static readonly Scalar Rounding = 1e-26;

    protected override Tensor Tokens(ShapedRewards rewards, Tensor rows, Tensor returns, GroupStatistics groups)
    {
        BatchLayout layout = rewards.Layout;
        StepMap map = WithAStepEach(Map(layout), layout);
        Tensor toGo = ReturnsToGo(rewards, Options.Discount),
            time = layout.ActionMask.cumsum(1);
        (Tensor first, Tensor start) = Starts(map, time);
        long steps = map.Mask.size(1);
        using Scalar width = steps;
        Tensor position = Positions.Of(map.Mask);
        Tensor place = layout.GroupIndex.mul(width).unsqueeze(1).add(position);
        Tensor counted = map.Mask.bitwise_and(rows.unsqueeze(1));
        Tensor fromFirst = Discounted(toGo.gather(1, first), time.gather(1, first).sub(start));
        GroupStatistics places = new(fromFirst.flatten(), counted.flatten(), place.flatten(), layout.Groups * steps);
        Tensor centred = places.Centred(Options.LeaveOneOut).view_as(map.Mask);
        Tensor hasPeers = places.Of(places.HasPair).view_as(map.Mask);

        // Tokens after the last step are no actions; the clamp only keeps their index inside.
        using Scalar last = steps - 1;
        Tensor step = CreditTensors.StepOfToken(map, layout).clamp_max(last);

        // G_t − b/γ^o = (G_t − G_first/γ^o) + (G_first − b)/γ^o, so that beside a large offset nothing is lost.
        Tensor offset = start.gather(1, step).sub(time),
            own = Discounted(fromFirst.gather(1, step), offset),
            compared = Discounted(centred.gather(1, step), offset);
        return WithoutRounding(toGo.sub(own), toGo, own).add(compared).Keep(hasPeers.gather(1, step));
    }

    // Equal returns give exactly 0, but γ^n leaves a rounding of its own.
    private Tensor WithoutRounding(Tensor difference, Tensor x, Tensor y) =>
        Options.Discount == 1 ? difference : difference.Keep(difference.square().gt(x.square().add(y.square()).mul(Rounding)));

    /// <summary>G_t at every token: <c>[B,R]</c>.</summary>
    internal static Tensor ReturnsToGo(ShapedRewards rewards, double discount) =>
        CreditTensors.SuffixSum(CreditTensors.TokenRewards(rewards), rewards.Layout.ActionMask.cumsum(1), discount);

    // γ^n · value. A baseline that a long step divides by γ^o too often stays finite in float32.
    private Tensor Discounted(Tensor values, Tensor time)
    {
        if (Options.Discount == 1)
        {
            return values;
        }

        using Scalar logDiscount = Math.Log(Options.Discount);
        return values.mul(time.to_type(ScalarType.Float64).mul(logDiscount).clamp_max(LargestExponent).exp());
    }

    /// <summary>Where each step begins: the index of its first token, and the time of its first action token; int64 <c>[B,K]</c>.</summary>
    /// <remarks>A step without a token of its own begins in the token in which it ends, with others.</remarks>
    private static (Tensor First, Tensor Start) Starts(StepMap map, Tensor time)
    {
        Tensor none = zeros([map.Ends.size(0), 1], ScalarType.Int64, map.Ends.device),
            endTime = time.gather(1, map.Ends);
        Tensor Begin(Tensor ends, Scalar before) => minimum(cat([none.add(before), ends.narrow(1, 0, ends.size(1) - 1)], 1).add(One), ends);
        return (Begin(map.Ends, MinusOne), Begin(endTime, Zero));
    }

    private StepMap Map(BatchLayout layout) =>
        layout.StepMaps.TryGetValue(Options.StepMap, out StepMap? map)
            ? map
            : throw new RewardPipelineException(
                $"return_to_go credit has its baselines by step map '{Options.StepMap}', which this batch does not have; maps: {string.Join(", ", layout.StepMaps.Keys)}."
            );

    private static StepMap WithAStepEach(StepMap map, BatchLayout layout)
    {
        Tensor ends = map.Ends,
            mask = map.Mask;
        if (mask.size(1) == 0)
        {
            ends = zeros([layout.Rows, 1], ScalarType.Int64, ends.device);
            mask = zeros([layout.Rows, 1], ScalarType.Bool, mask.device);
        }

        Tensor none = mask.any(1).bitwise_not().bitwise_and(layout.ActionMask.any(1)).unsqueeze(1);
        Tensor first = zeros_like(mask).scatter(1, zeros([layout.Rows, 1], ScalarType.Int64, mask.device), none);
        return new(map.Name, first.Choose(CreditTensors.LastAction(layout).expand_as(ends), ends), mask.bitwise_or(first), map.Complete);
    }
}
