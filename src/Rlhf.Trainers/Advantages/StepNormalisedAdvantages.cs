using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Advantages;

/// <summary>
/// A_t in step k = Σ_outcomes w_o · z^o_i + Σ_processes w_p · Σ_{j ≥ k, valid} z^p_ij, each channel's z = (r − mean) / (std + ε) over its
/// valid entries of the group (DeepSeekMath, arXiv 2402.03300, process supervision).
/// </summary>
/// <remarks>
/// A mean is subtracted for every step still to come, and the policy chooses how many come: for step channels this is no baseline but a
/// reward of its own for steps that score above the mean, padding included, and a shift of all scores is not seen.
/// </remarks>
internal sealed class StepNormalisedAdvantages(GroupAdvantageOptions options, IReadOnlyList<string> warnings)
    : GroupAdvantageEstimator(options, warnings)
{
    protected override Tensor Tokens(ShapedRewards rewards, Tensor rows, Tensor returns, GroupStatistics groups)
    {
        BatchLayout layout = rewards.Layout;
        Tensor total = zeros(layout.ActionMask.shape, ScalarType.Float64, layout.ActionMask.device);
        foreach (ReturnChannel part in rewards.Returns)
        {
            RewardChannel channel = part.Channel;
            Tensor advantage =
                channel.Granularity == RewardGranularity.Outcome
                    ? OfOutcome(channel, layout, rows)
                    : OfSteps(channel, rewards.Shaped.StepsOf(channel), layout, rows);
            total = total.add(CreditTensors.Weighted(part, advantage));
        }

        return total;
    }

    private Tensor OfOutcome(RewardChannel channel, BatchLayout layout, Tensor rows)
    {
        Tensor values = channel.Values.to_type(ScalarType.Float64);
        return Normalised(new(values, rows, layout.GroupIndex, layout.Groups)).unsqueeze(1);
    }

    private Tensor OfSteps(RewardChannel channel, StepMap map, BatchLayout layout, Tensor rows)
    {
        long steps = map.Mask.size(1);
        if (steps == 0)
        {
            return zeros([layout.Rows, 1], ScalarType.Float64, map.Mask.device);
        }

        Tensor values = channel.Values.to_type(ScalarType.Float64);
        Tensor counted = channel.Valid.bitwise_and(rows.unsqueeze(1));
        Tensor group = layout.GroupIndex.unsqueeze(1).expand_as(values).flatten();
        GroupStatistics pooled = new(values.flatten(), counted.flatten(), group, layout.Groups);
        Tensor z = Normalised(pooled).view_as(values).Keep(counted);

        // A column of zeros takes the tokens of a response without steps.
        Tensor fromStep = cat([CreditTensors.SuffixSum(z), zeros([layout.Rows, 1], ScalarType.Float64, z.device)], 1);
        using Scalar last = steps;
        return fromStep.gather(1, CreditTensors.StepOfToken(map, layout).clamp_max(last));
    }
}
