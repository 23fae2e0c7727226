using Rlhf.Shaping;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Advantages;

/// <summary>
/// A_i = (R_i − baseline_group) / (std + ε), the same for all action tokens (DeepSeekMath, arXiv 2402.03300, outcome supervision).
/// </summary>
internal sealed class EpisodeAdvantages(GroupAdvantageOptions options, IReadOnlyList<string> warnings)
    : GroupAdvantageEstimator(options, warnings)
{
    protected override Tensor Tokens(ShapedRewards rewards, Tensor rows, Tensor returns, GroupStatistics groups)
    {
        using Scalar epsilon = Options.Epsilon;
        Tensor centred = groups.Centred(Options.LeaveOneOut);
        Tensor advantage = (Options.Scale ?? AdvantageScale.GroupStd) switch
        {
            AdvantageScale.GroupStd => centred.div(groups.Of(groups.Std(Options.Ddof)).add(epsilon)),
            AdvantageScale.BatchStd => centred.div(BatchStd(returns, rows, Options.Ddof).add(epsilon)),
            _ => centred,
        };
        Tensor signal = groups.IsFlat.bitwise_not().bitwise_and(groups.HasPair);
        return advantage.Keep(groups.Of(signal)).unsqueeze(1).expand_as(rewards.Layout.ActionMask);
    }

    private static Tensor BatchStd(Tensor returns, Tensor rows, int ddof)
    {
        GroupStatistics batch = new(returns, rows, zeros_like(rows, ScalarType.Int64), 1);
        return batch.Std(ddof);
    }
}
