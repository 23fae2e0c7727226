using Rlhf.Rewards;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Shaping.Stages;

/// <summary>A new channel Σ w·r.</summary>
internal sealed class WeightedSumStage(string name, WeightedSumOptions options) : IRewardTransform
{
    public string Name => name;

    public IReadOnlyList<string> Reads { get; } = [.. options.Weights.Keys];

    public IReadOnlyList<string> Writes { get; } = [options.Into];

    public RewardSchema Configure(RewardSchema input)
    {
        RewardRange? range = new RewardRange(0, 0);
        foreach ((string channel, double weight) in options.Weights)
        {
            range =
                range is { } sum && Part(input[channel], weight) is { } part
                    ? new(sum.Minimum + part.Minimum, sum.Maximum + part.Maximum)
                    : null;
        }

        return input.WithNew(input.Combined(Reads, options.Into, "cannot be added") with { Range = range });
    }

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        RewardChannel first = frame[Reads[0]];
        Tensor total = zeros_like(first.Values),
            any = zeros_like(first.Valid),
            required = frame.EntriesOf(first);
        foreach ((string channel, double weight) in options.Weights)
        {
            using Scalar w = weight;
            RewardChannel added = frame[channel];
            total = total.add(added.Values.Keep(added.Valid).mul(w));
            any = any.bitwise_or(added.Valid);
            required = options.Optional.Contains(channel) ? required : required.bitwise_and(added.Valid);
        }

        Tensor valid = options.Invalid == InvalidEntries.Skip ? any : required;
        return frame.With(first with { Name = options.Into, Values = total.Keep(valid), Valid = valid });
    }

    // What a channel adds: its range times its weight. An entry that may be left out adds 0.
    private RewardRange? Part(ChannelSchema channel, double weight)
    {
        bool mayBeMissing = options.Invalid == InvalidEntries.Skip || options.Optional.Contains(channel.Name);
        RewardRange? range = mayBeMissing ? channel.Range?.Including(0) : channel.Range;
        return range is { } r
            ? new(Math.Min(weight * r.Minimum, weight * r.Maximum), Math.Max(weight * r.Minimum, weight * r.Maximum))
            : null;
    }
}
