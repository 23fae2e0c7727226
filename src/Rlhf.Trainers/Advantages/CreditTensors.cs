using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Advantages;

/// <summary>
/// Moves rewards between responses, steps and tokens. All in float64, since group statistics of equal rewards must not differ by rounding.
/// </summary>
internal static class CreditTensors
{
    private static readonly Scalar Zero = 0;
    private static readonly Scalar One = 1;

    /// <summary>Rows that every return channel could score: bool <c>[B]</c>.</summary>
    /// <remarks>
    /// A channel without entries in a row, such as a step channel in a response without steps, asks nothing of it. But a channel that has
    /// entries and no valid one must not count as 0: after Clip that is the best value there is, and whatever the scorer cannot read would
    /// escape every penalty.
    /// </remarks>
    public static Tensor RequiredValid(ShapedRewards rewards)
    {
        Tensor valid = ones_like(rewards.Layout.IsPolicy);
        foreach (ReturnChannel part in rewards.Returns)
        {
            valid = valid.bitwise_and(Unscored(rewards, part.Channel).bitwise_not());
        }

        return valid;
    }

    /// <summary>Rows in which a return channel has entries and no valid one: bool <c>[B]</c>.</summary>
    public static Tensor Unscored(ShapedRewards rewards, RewardChannel channel) =>
        channel.Granularity == RewardGranularity.Outcome
            ? channel.Valid.bitwise_not()
            : rewards.Shaped.EntriesOf(channel).any(1).bitwise_and(channel.Valid.any(1).bitwise_not());

    /// <summary>The sum of a channel's valid entries in each row: <c>[B]</c>.</summary>
    public static Tensor RowSum(RewardChannel channel)
    {
        Tensor values = channel.Values.to_type(ScalarType.Float64);
        return channel.Granularity == RewardGranularity.Outcome ? values : values.sum(1);
    }

    /// <summary>R_i = Σ_c w_c · (sum of the channel's valid entries): <c>[B]</c>.</summary>
    public static Tensor EpisodeReturns(ShapedRewards rewards)
    {
        Tensor total = zeros([rewards.Layout.Rows], ScalarType.Float64, rewards.Layout.IsPolicy.device);
        foreach (ReturnChannel part in rewards.Returns)
        {
            total = total.add(Weighted(part, RowSum(part.Channel)));
        }

        return total;
    }

    /// <summary>Rewards at the tokens they are given for, <c>[B,R]</c>: an outcome at the last action token, a step's at its end.</summary>
    public static Tensor TokenRewards(ShapedRewards rewards)
    {
        BatchLayout layout = rewards.Layout;
        Tensor total = zeros(layout.ActionMask.shape, ScalarType.Float64, layout.ActionMask.device);
        foreach (ReturnChannel part in rewards.Returns)
        {
            Tensor values = Weighted(part, part.Channel.Values.to_type(ScalarType.Float64));
            total = part.Channel.Granularity switch
            {
                RewardGranularity.Outcome => total.scatter_add(1, LastAction(layout), values.Keep(layout.ActionMask.any(1)).unsqueeze(1)),
                RewardGranularity.Step => total.scatter_add(1, rewards.Shaped.StepsOf(part.Channel).Ends, values),
                _ => total.add(values),
            };
        }

        return total;
    }

    /// <summary>Index of each row's last action token: int64 <c>[B,1]</c>; 0 where it has none.</summary>
    public static Tensor LastAction(BatchLayout layout)
    {
        Tensor position = Positions.Of(layout.ActionMask).add(One);
        return layout.ActionMask.to_type(ScalarType.Int64).mul(position).amax([1], true).sub(One).clamp_min(Zero);
    }

    /// <summary>The step that each token belongs to, int64 <c>[B,R]</c>: the number of steps that end before it.</summary>
    public static Tensor StepOfToken(StepMap map, BatchLayout layout)
    {
        Tensor ends = zeros(layout.ActionMask.shape, ScalarType.Int64, map.Ends.device)
            .scatter_add(1, map.Ends, map.Mask.to_type(ScalarType.Int64));
        return ends.cumsum(1).sub(ends);
    }

    /// <summary>G_t = Σ_{t' ≥ t} γ^(n_t' − n_t) · r_t' along dimension 1, with n the time of each column: non-decreasing.</summary>
    /// <remarks>
    /// By doubling, as a parallel scan: after the pass with shift s each entry holds its next 2s. No power grows and nothing cancels, as it
    /// would in γ^(−n) · cumsum(γ^n · r).
    /// </remarks>
    public static Tensor SuffixSum(Tensor rewards, Tensor? time = null, double discount = 1)
    {
        Tensor sum = rewards;
        long length = rewards.size(1);
        using Scalar logDiscount = Math.Log(discount);
        for (long shift = 1; shift < length; shift *= 2)
        {
            Tensor later = sum.narrow(1, shift, length - shift);
            if (discount != 1)
            {
                Tensor distance = time!.narrow(1, shift, length - shift).sub(time.narrow(1, 0, length - shift));
                later = later.mul(distance.to_type(ScalarType.Float64).mul(logDiscount).exp());
            }

            sum = cat([sum.narrow(1, 0, length - shift).add(later), sum.narrow(1, length - shift, shift)], 1);
        }

        return sum;
    }

    public static Tensor Weighted(ReturnChannel part, Tensor values)
    {
        using Scalar weight = part.Weight;
        return values.mul(weight);
    }
}
