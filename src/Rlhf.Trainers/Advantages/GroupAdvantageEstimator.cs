using Rlhf.Metrics;
using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Advantages;

/// <summary>What group estimators share: which rows count, the episode's returns and their metrics, and the mask of the result.</summary>
internal abstract class GroupAdvantageEstimator(GroupAdvantageOptions options, IReadOnlyList<string> warnings) : IAdvantageEstimator
{
    public IReadOnlyList<string> Warnings => warnings;

    protected GroupAdvantageOptions Options => options;

    public AdvantageEstimates Estimate(ShapedRewards rewards, MetricSink? metrics = null)
    {
        ArgumentNullException.ThrowIfNull(rewards);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        BatchLayout layout = rewards.Layout;
        Tensor required = CreditTensors.RequiredValid(rewards);
        Tensor rows = required.bitwise_and(layout.IsPolicy);
        Tensor returns = CreditTensors.EpisodeReturns(rewards).Keep(required);
        GroupStatistics groups = new(returns, rows, layout.GroupIndex, layout.Groups);
        Tensor advantages = Tokens(rewards, rows, returns, groups).Keep(layout.ActionMask.bitwise_and(rows.unsqueeze(1)));
        if (metrics is not null)
        {
            RewardMetrics.Add(metrics, rewards, required, returns, groups);
        }

        ScalarType type = rewards.Returns[0].Channel.Values.dtype;
        return new(
            advantages.to_type(type, copy: true).MoveToOuterDisposeScope(),
            rows.MoveToOuterDisposeScope(),
            returns.to_type(type, copy: true).MoveToOuterDisposeScope(),
            groups.IsFlat.bitwise_or(groups.HasPair.bitwise_not()).MoveToOuterDisposeScope()
        );
    }

    /// <summary>Advantages that broadcast to <c>[B,R]</c>, float64; what lies outside the mask does not matter.</summary>
    protected abstract Tensor Tokens(ShapedRewards rewards, Tensor rows, Tensor returns, GroupStatistics groups);

    /// <summary>(r − mean) / (std + ε), exactly 0 in groups that are flat or have no two entries.</summary>
    protected Tensor Normalised(GroupStatistics groups)
    {
        using Scalar epsilon = options.Epsilon;
        Tensor signal = groups.IsFlat.bitwise_not().bitwise_and(groups.HasPair);
        return groups.Deviation().div(groups.Of(groups.Std(options.Ddof)).add(epsilon)).Keep(groups.Of(signal));
    }
}
