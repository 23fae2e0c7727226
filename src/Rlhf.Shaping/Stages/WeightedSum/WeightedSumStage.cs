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
        ChannelSchema[] channels = [.. Reads.Select(c => input[c])];
        ChannelSchema first = channels[0];
        if (channels.FirstOrDefault(c => c.Granularity != first.Granularity || c.StepMap != first.StepMap) is { } other)
        {
            throw new RewardPipelineException($"channels '{first.Name}' and '{other.Name}' differ in granularity or step map and cannot be added; spread or aggregate one of them first.");
        }

        (double Low, double High)[] bounds = [.. channels.Where(c => c.Range is not null).Select(c => Bounds(c.Name, c.Range!.Value))];
        return input.WithNew(first with
        {
            Name = options.Into,
            Range = bounds.Length == channels.Length ? new RewardRange(bounds.Sum(b => Math.Min(b.Low, b.High)), bounds.Sum(b => Math.Max(b.Low, b.High))) : null,
            Levels = null,
            IsCausal = channels.All(c => c.IsCausal),
            IsNormalised = false,
        });
    }

    // An entry that may be left out adds 0.
    private (double, double) Bounds(string channel, RewardRange range)
    {
        RewardRange of = options.Invalid == InvalidEntries.Skip || options.Optional.Contains(channel) ? range.Including(0) : range;
        return (options.Weights[channel] * of.Minimum, options.Weights[channel] * of.Maximum);
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
