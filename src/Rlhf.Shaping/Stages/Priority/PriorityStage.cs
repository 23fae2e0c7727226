using Rlhf.Rewards;
using Rlhf.Tensors;
using static TorchSharp.torch;

namespace Rlhf.Shaping.Stages;

/// <summary>Each value from the first channel in which it is valid.</summary>
internal sealed class PriorityStage(string name, PriorityOptions options) : IRewardTransform
{
    public string Name => name;

    public IReadOnlyList<string> Reads { get; } = [.. options.Channels];

    public IReadOnlyList<string> Writes { get; } = [options.Into];

    public RewardSchema Configure(RewardSchema input)
    {
        ChannelSchema[] channels = [.. Reads.Select(c => input[c])];
        ChannelSchema first = channels[0];
        if (channels.FirstOrDefault(c => c.Granularity != first.Granularity || c.StepMap != first.StepMap) is { } other)
        {
            throw new RewardPipelineException($"channels '{first.Name}' and '{other.Name}' differ in granularity or step map and cannot stand in for each other; spread or aggregate one of them first.");
        }

        return input.WithNew(first with
        {
            Name = options.Into,
            Range = channels.All(c => c.Range is not null) ? new RewardRange(channels.Min(c => c.Range!.Value.Minimum), channels.Max(c => c.Range!.Value.Maximum)) : null,
            Levels = channels.All(c => c.Levels is not null) ? [.. channels.SelectMany(c => c.Levels!).Distinct().Order()] : null,
            IsCausal = channels.All(c => c.IsCausal),
            IsNormalised = channels.All(c => c.IsNormalised),
        });
    }

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        RewardChannel first = frame[Reads[0]];
        Tensor values = first.Values.Keep(first.Valid), known = first.Valid;
        foreach (string name in Reads.Skip(1))
        {
            RewardChannel next = frame[name];
            Tensor fills = next.Valid.bitwise_and(known.bitwise_not());
            context.Metrics.AddShare($"{options.Into}/from/{name}", fills, frame.EntriesOf(next), $"entries of {options.Into}");
            values = values.add(next.Values.Keep(fills));
            known = known.bitwise_or(fills);
        }

        return frame.With(first with { Name = options.Into, Values = values, Valid = known });
    }
}
