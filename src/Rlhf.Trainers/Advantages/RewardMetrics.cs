using Rlhf.Metrics;
using Rlhf.Records;
using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Tensors;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Advantages;

/// <summary>The metrics <c>reward/…</c> of an iteration, over policy rows.</summary>
internal static class RewardMetrics
{
    private const string Rows = "valid policy samples";
    private const string Scored = "policy samples with a valid entry of the channel";

    public static void Add(MetricSink sink, ShapedRewards rewards, Tensor required, Tensor returns, GroupStatistics groups)
    {
        Tensor isPolicy = rewards.Layout.IsPolicy;
        Tensor rows = required.bitwise_and(isPolicy);
        GroupStatistics batch = new(returns, rows, zeros_like(rows, ScalarType.Int64), 1);
        Tensor spread = batch.HasPair.squeeze(0);
        sink.Add(MetricNames.RewardMean, returns.Keep(rows).sum(), rows.sum(), Rows);
        sink.Add(MetricNames.RewardStd, batch.Std().squeeze(0).Keep(spread), spread, Rows);
        sink.Add(
            MetricNames.RewardGroupStd,
            groups.Std().Keep(groups.HasPair).sum(),
            groups.HasPair.sum(),
            "groups with at least two valid samples"
        );
        Tensor flat = groups.IsFlat.bitwise_or(groups.HasPair.bitwise_not());
        sink.Add(MetricNames.RewardFlatGroups, flat.sum(), ones_like(flat).sum(), "groups");
        sink.AddSum(MetricNames.RewardInvalid, required.bitwise_not().bitwise_and(isPolicy).sum(), "policy samples");
        foreach (RewardChannel channel in rewards.Raw.Channels)
        {
            AddChannel(sink, rewards.Raw, channel, isPolicy);
        }

        foreach (ReturnChannel part in rewards.Returns)
        {
            AddVarianceShare(sink, part, groups);
            sink.AddSum(
                MetricCatalog.Fill(MetricNames.RewardChannelLeftOut, part.Channel.Name),
                CreditTensors.Unscored(rewards, part.Channel).bitwise_and(isPolicy).sum(),
                "policy samples"
            );
        }

        if (rewards.VerifiedChannel is { } verified)
        {
            AddCorrelations(sink, rewards, rewards.Raw[verified], returns, rows);
        }
    }

    // cov(w·r, R) sums over channels to var(R), so that the shares add up to 1; a channel that works against the others has a negative one.
    private static void AddVarianceShare(MetricSink sink, ReturnChannel part, GroupStatistics groups)
    {
        Tensor own = CreditTensors.Weighted(part, CreditTensors.RowSum(part.Channel));
        Tensor deviation = groups.Deviation();
        sink.Add(
            MetricCatalog.Fill(MetricNames.RewardChannelVarianceShare, part.Channel.Name),
            deviation.mul(own).sum(),
            deviation.square().sum(),
            "within-group variance of the return"
        );
    }

    private static void AddCorrelations(MetricSink sink, ShapedRewards rewards, RewardChannel verified, Tensor returns, Tensor rows)
    {
        const string Both = "policy samples valid in both";
        (Tensor ofReturn, Tensor known) = RewardCorrelation.Of(
            returns,
            verified.Values.to_type(ScalarType.Float64),
            rows.bitwise_and(verified.Valid)
        );
        sink.Add(MetricNames.RewardCorrelation, ofReturn, known, Both);
        foreach (
            RewardChannel channel in rewards.Raw.Channels.Where(c =>
                c.Name != verified.Name && c.Name != ChannelNames.Answered(verified.Name)
            )
        )
        {
            (Tensor correlation, known) = RewardCorrelation.Of(channel, verified, rewards.Layout.IsPolicy);
            sink.Add(MetricCatalog.Fill(MetricNames.RewardChannelCorrelation, channel.Name), correlation, known, Both);
        }
    }

    private static void AddChannel(MetricSink sink, RewardFrame raw, RewardChannel channel, Tensor isPolicy)
    {
        Tensor entries = raw.EntriesOf(channel);
        bool outcome = channel.Granularity == RewardGranularity.Outcome;
        Tensor scored = (outcome ? channel.Valid : channel.Valid.any(1)).bitwise_and(isPolicy);
        Tensor missing = entries.bitwise_and(channel.Valid.bitwise_not());
        Tensor sum = CreditTensors.RowSum(channel).Keep(scored).sum();
        if (raw.Channels.FirstOrDefault(c => ChannelNames.Answered(c.Name) == channel.Name) is { } verifier)
        {
            sink.Add(MetricCatalog.Fill(MetricNames.RewardChannelAnswered, verifier.Name), sum, scored.sum(), Scored);
            return;
        }

        sink.Add(MetricCatalog.Fill(MetricNames.RewardChannelMean, channel.Name), sum, scored.sum(), Scored);
        Tensor failed = (outcome ? missing : missing.any(1)).bitwise_and(isPolicy);
        sink.AddSum(MetricCatalog.Fill(MetricNames.RewardChannelInvalid, channel.Name), failed.sum(), "policy samples");
    }
}
