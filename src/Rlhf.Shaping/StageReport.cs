using Rlhf.Rewards;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Shaping;

/// <summary>
/// What a stage did to each channel that it wrote: mean, spread and extremes before and after it, the shares of entries that it changed and
/// that are invalid, and how far the channel goes along with the verified outcome.
/// </summary>
internal static class StageReport
{
    private static readonly Scalar Zero = 0;
    private static readonly Scalar One = 1;
    private static readonly Scalar Lowest = double.NegativeInfinity;
    private static readonly Scalar Highest = double.PositiveInfinity;

    public static void Write(StageMetrics report, RewardFrame before, StageSnapshot snapshot, RewardChannel? verified)
    {
        if (!report.IsWanted)
        {
            return;
        }

        foreach (RewardChannel after in snapshot.Channels)
        {
            string entries = $"valid entries of {after.Name}";
            if (before.Find(after.Name) is { } old && old.Granularity == after.Granularity && old.StepMap == after.StepMap)
            {
                Spread(report, old, "_before", entries + " before the stage");
                Tensor changed = after.Values.ne(old.Values).bitwise_or(after.Valid.ne(old.Valid));
                report.AddShare($"{after.Name}/changed", changed, old.Valid, entries + " before the stage");
            }

            Spread(report, after, "", entries);
            report.AddShare($"{after.Name}/invalid", after.Valid.bitwise_not(), before.EntriesOf(after), $"entries of {after.Name}");
            if (verified is not null)
            {
                (Tensor correlation, Tensor known) = RewardCorrelation.Of(after, verified, before.Layout.IsPolicy);
                report.AddKnown($"{after.Name}/correlation", correlation, known, "policy samples valid in both");
            }
        }
    }

    private static void Spread(StageMetrics report, RewardChannel channel, string when, string entries)
    {
        if (channel.Values.numel() == 0)
        {
            return;
        }

        Tensor values = channel.Values.to_type(ScalarType.Float64).reshape(-1),
            valid = channel.Valid.reshape(-1),
            count = valid.sum(),
            any = count.gt(Zero);
        Tensor total = values.Keep(valid).sum(),
            mean = total.div(count.clamp_min(One));
        Tensor squares = values.sub(mean).Keep(valid).square().sum();
        report.Add($"{channel.Name}/mean{when}", total, count, entries);
        report.AddKnown($"{channel.Name}/std{when}", squares.div(count.clamp_min(One)).sqrt(), any, entries);
        report.AddKnown($"{channel.Name}/min{when}", values.masked_fill(valid.bitwise_not(), Highest).amin([0]), any, entries);
        report.AddKnown($"{channel.Name}/max{when}", values.masked_fill(valid.bitwise_not(), Lowest).amax([0]), any, entries);
    }
}
