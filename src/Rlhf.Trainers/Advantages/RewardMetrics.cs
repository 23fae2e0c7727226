using Rlhf.Metrics;
using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Tensors;
using Rlhf.Trainers.Records;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Advantages;

/// <summary>The metrics <c>reward/…</c> of an iteration, over policy rows.</summary>
internal static class RewardMetrics
{
    private const string Rows = "valid policy samples";
    private const string Entries = "valid entries of the channel";

    public static void Add(MetricSink sink, ShapedRewards rewards, Tensor required, Tensor returns, GroupStatistics groups)
    {
        Tensor isPolicy = rewards.Layout.IsPolicy;
        Tensor rows = required.bitwise_and(isPolicy);
        GroupStatistics batch = new(returns, rows, zeros_like(rows, ScalarType.Int64), 1);
        Tensor spread = batch.HasPair.squeeze(0);
        sink.Add(MetricNames.RewardMean, returns.Keep(rows).sum(), rows.sum(), Rows);
        sink.Add(MetricNames.RewardStd, batch.Std().squeeze(0).Keep(spread), spread, Rows);
        sink.Add(MetricNames.RewardGroupStd, groups.Std().Keep(groups.HasPair).sum(), groups.HasPair.sum(), "groups with at least two valid samples");
        Tensor flat = groups.IsFlat.bitwise_or(groups.HasPair.bitwise_not());
        sink.Add(MetricNames.RewardFlatGroups, flat.sum(), ones_like(flat).sum(), "groups");
        sink.AddSum(MetricNames.RewardInvalid, required.bitwise_not().bitwise_and(isPolicy).sum(), "policy samples");
        foreach (RewardChannel channel in rewards.Raw.Channels)
        {
            AddChannel(sink, rewards.Raw, channel, isPolicy);
        }
    }

    private static void AddChannel(MetricSink sink, RewardFrame raw, RewardChannel channel, Tensor isPolicy)
    {
        Tensor entries = raw.EntriesOf(channel);
        bool outcome = channel.Granularity == RewardGranularity.Outcome;
        Tensor scored = (outcome ? channel.Valid : channel.Valid.any(1)).bitwise_and(isPolicy);
        Tensor missing = entries.bitwise_and(channel.Valid.bitwise_not());
        Tensor sum = CreditTensors.RowSum(channel).Keep(scored).sum();
        if (raw.Channels.FirstOrDefault(c => RewardChannel.AnsweredName(c.Name) == channel.Name) is { } verifier)
        {
            sink.Add(MetricCatalog.Fill(MetricNames.RewardChannelAnswered, verifier.Name), sum, scored.sum(), Entries);
            return;
        }

        sink.Add(MetricCatalog.Fill(MetricNames.RewardChannelMean, channel.Name), sum, scored.sum(), Entries);
        Tensor failed = (outcome ? missing : missing.any(1)).bitwise_and(isPolicy);
        sink.AddSum(MetricCatalog.Fill(MetricNames.RewardChannelInvalid, channel.Name), failed.sum(), "policy samples");
    }
}
