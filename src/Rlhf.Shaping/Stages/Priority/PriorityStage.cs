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
        ChannelSchema combined = input.Combined(Reads, options.Into, "cannot stand in for each other");
        IReadOnlyList<double>?[] levels = [.. Reads.Select(c => input[c].Levels)];
        return input.WithNew(
            combined with
            {
                Range = input.Hull(Reads),
                Levels = levels.Contains(null) ? null : [.. levels.SelectMany(l => l!).Distinct().Order()],
            }
        );
    }

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        RewardChannel first = frame[Reads[0]];
        Tensor values = first.Values.Keep(first.Valid),
            known = first.Valid;
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
