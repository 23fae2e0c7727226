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
        ChannelSchema combined = input.Combined(Reads, options.Into, "cannot be added");
        RewardRange? range = new RewardRange(0, 0);
        foreach ((string channel, double weight) in options.Weights)
        {
            range = range is { } sum && input[channel].Range is { } part
                ? new(sum.Minimum + Math.Min(weight * part.Minimum, weight * part.Maximum), sum.Maximum + Math.Max(weight * part.Minimum, weight * part.Maximum))
                : null;
        }

        return input.WithNew(combined with { Range = options.Invalid == InvalidEntries.Skip || options.Optional.Count > 0 ? range?.Including(0) : range });
    }

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        RewardChannel first = frame[Reads[0]];
        Tensor total = zeros_like(first.Values), any = zeros_like(first.Valid), required = frame.EntriesOf(first);
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
}
