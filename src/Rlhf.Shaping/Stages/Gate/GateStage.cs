using Rlhf.Rewards;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Shaping.Stages;

/// <summary>R̂_i = 0 if some j &gt; i has R_j ≤ v_j, else R_i.</summary>
internal sealed class GateStage : IRewardTransform
{
    private static readonly Scalar Zero = 0;

    private readonly GateOptions _options;
    private readonly IReadOnlyList<GateLevel> _levels;

    public GateStage(string name, GateOptions options)
    {
        _options = options;
        _levels = options.AllLevels;
        Name = name;
        Reads = [.. _levels.Select(l => l.Channel)];
        Writes = [.. _levels.SkipLast(1).Select(l => l.Channel)];
    }

    public string Name { get; }

    public IReadOnlyList<string> Reads { get; }

    public IReadOnlyList<string> Writes { get; }

    public RewardSchema Configure(RewardSchema input)
    {
        RewardSchema output = input;
        for (int i = 0; i < _levels.Count - 1; i++)
        {
            ChannelSchema lower = input[_levels[i].Channel];
            ChannelSchema[] above = [.. _levels.Skip(i + 1).Select(l => input[l.Channel])];
            foreach (ChannelSchema higher in above)
            {
                CheckCanDecide(higher, lower);
            }

            if (lower.CanBeNegative && _options.Applies == GateApplies.All)
            {
                output = output.WithWarning(
                    $"stage '{Name}': channel '{lower.Name}' {(lower.Range is null ? "has no known range and so may" : "can")} be negative, and a closed gate removes "
                        + "penalties, too. Gate before clipping, or set applies to positive_part."
                );
            }

            // An outcome is known only at the end, after the steps that it lets count.
            bool causal = above.All(h =>
                h.IsCausal && (h.Granularity == lower.Granularity || lower.Granularity == RewardGranularity.Outcome)
            );
            output = output.With(
                lower with
                {
                    Range = lower.Range?.Including(0),
                    Levels = lower.Levels is null ? null : [.. lower.Levels.Append(0).Distinct().Order()],
                    IsCausal = lower.IsCausal && causal,
                }
            );
        }

        return output;
    }

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        RewardChannel[] observed = [.. _levels.Select(l => context.Observed.Find(l.Channel) ?? frame[l.Channel])];
        RewardFrame result = frame;
        for (int i = 0; i < _levels.Count - 1; i++)
        {
            RewardChannel lower = frame[_levels[i].Channel];
            Tensor known = lower.Valid,
                open = ones_like(lower.Valid);
            for (int j = i + 1; j < _levels.Count; j++)
            {
                known = known.bitwise_and(Beside(lower, observed[j], observed[j].Valid));
                open = open.bitwise_and(Beside(lower, observed[j], Passes(observed[j].Values, _levels[j].Threshold)));
            }

            Tensor gated =
                _options.Applies == GateApplies.All ? lower.Values.Keep(open) : open.Choose(lower.Values, lower.Values.clamp_max(Zero));
            context.Metrics.AddShare($"{lower.Name}/closed", open.bitwise_not(), known, $"valid entries of {lower.Name}");
            result = result.With(lower with { Values = gated.Keep(known), Valid = known });
        }

        return result;
    }

    private Tensor Passes(Tensor values, double threshold)
    {
        using Scalar v = threshold;
        return _options.OpensWhen == GateOpening.Greater ? values.gt(v) : values.ge(v);
    }

    private static Tensor Beside(RewardChannel lower, RewardChannel higher, Tensor ofHigher) =>
        higher.Granularity == RewardGranularity.Outcome && lower.Granularity != RewardGranularity.Outcome
            ? ofHigher.unsqueeze(1)
            : ofHigher;

    private static void CheckCanDecide(ChannelSchema higher, ChannelSchema lower)
    {
        if (higher.Granularity != RewardGranularity.Outcome && (higher.Granularity != lower.Granularity || higher.StepMap != lower.StepMap))
        {
            throw new RewardPipelineException(
                $"channel '{higher.Name}' ({Describe(higher)}) cannot gate channel '{lower.Name}' ({Describe(lower)}): a level of higher priority has one value a response, "
                    + "or the same granularity and step map as what it gates."
            );
        }
    }

    private static string Describe(ChannelSchema channel) =>
        channel.StepMap is null ? $"{channel.Granularity}" : $"{channel.Granularity}, step map '{channel.StepMap}'";
}
