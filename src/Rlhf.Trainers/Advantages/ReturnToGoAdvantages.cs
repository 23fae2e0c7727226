using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Tensors;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Advantages;

/// <summary>
/// A_t = G_t − b(group, step of t), G_t = Σ_{t' ≥ t} γ^(t' − t) · r_t', and b the mean over the group's samples that have such a step, of
/// their return at its end.
/// </summary>
/// <remarks>
/// Time counts action tokens. A response without steps counts as one step. Where fewer than two samples have a step, its tokens get 0.
/// </remarks>
internal sealed class ReturnToGoAdvantages(GroupAdvantageOptions options, IReadOnlyList<string> warnings)
    : GroupAdvantageEstimator(options, warnings)
{
    protected override Tensor Tokens(ShapedRewards rewards, Tensor rows, Tensor returns, GroupStatistics groups)
    {
        RewardLayout layout = rewards.Layout;
        StepMap map = WithAStepEach(Map(layout), layout);
        Tensor toGo = ReturnsToGo(rewards, Options.Discount);
        long steps = map.Mask.size(1);
        using TorchSharp.Scalar width = steps;
        Tensor position = Positions.Of(map.Mask);
        Tensor place = layout.GroupIndex.mul(width).unsqueeze(1).add(position);
        Tensor counted = map.Mask.bitwise_and(rows.unsqueeze(1));
        GroupStatistics places = new(toGo.gather(1, map.Ends).flatten(), counted.flatten(), place.flatten(), layout.Groups * steps);
        Tensor baseline = places.Baseline(Options.LeaveOneOut).view_as(map.Mask);
        Tensor compared = places.Of(places.HasPair).view_as(map.Mask);

        // Tokens after the last step are no actions; the clamp only keeps their index inside.
        using TorchSharp.Scalar last = steps - 1;
        Tensor step = CreditTensors.StepOfToken(map, layout).clamp_max(last);
        return toGo.sub(baseline.gather(1, step)).Keep(compared.gather(1, step));
    }

    /// <summary>G_t at every token: <c>[B,R]</c>.</summary>
    internal static Tensor ReturnsToGo(ShapedRewards rewards, double discount) =>
        CreditTensors.SuffixSum(CreditTensors.TokenRewards(rewards), rewards.Layout.ActionMask.cumsum(1), discount);

    private StepMap Map(RewardLayout layout) =>
        layout.StepMaps.TryGetValue(Options.StepMap, out StepMap? map)
            ? map
            : throw new RewardPipelineException(
                $"return_to_go credit has its baselines by step map '{Options.StepMap}', which this batch does not have; maps: {string.Join(", ", layout.StepMaps.Keys)}."
            );

    private static StepMap WithAStepEach(StepMap map, RewardLayout layout)
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
