using Rlhf.Rewards;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Shaping.Stages;

/// <summary>Mean, minimum, or mean − λ·variance of several channels.</summary>
internal sealed class EnsembleStage(string name, EnsembleOptions options) : IRewardTransform
{
    public string Name => name;

    public IReadOnlyList<string> Reads { get; } = [.. options.Channels];

    public IReadOnlyList<string> Writes { get; } = [options.Into];

    public RewardSchema Configure(RewardSchema input)
    {
        ChannelSchema[] channels = [.. Reads.Select(c => input[c])];
        if (channels.FirstOrDefault(c => c.Granularity != channels[0].Granularity || c.StepMap != channels[0].StepMap) is { } other)
        {
            throw new RewardPipelineException($"channels '{channels[0].Name}' and '{other.Name}' differ in granularity or step map; models of an ensemble score the same thing.");
        }

        RewardRange? range = options.Combine != EnsembleCombination.Uncertainty && channels.All(c => c.Range is not null)
            ? new RewardRange(channels.Min(c => c.Range!.Value.Minimum), channels.Max(c => c.Range!.Value.Maximum))
            : null;
        return input.WithNew(channels[0] with { Name = options.Into, Range = range, Levels = null, IsCausal = channels.All(c => c.IsCausal), IsNormalised = false });
    }

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        RewardChannel[] models = [.. Reads.Select(c => frame[c])];
        Tensor scores = stack([.. models.Select(m => m.Values)]), valid = models.Skip(1).Aggregate(models[0].Valid, (all, m) => all.bitwise_and(m.Valid));
        using Scalar count = models.Length, penalty = options.Penalty;

        // dim is named: a bare 0 is taken for a ScalarType.
        Tensor mean = scores.sum(dim: 0).div(count);
        Tensor result = options.Combine switch
        {
            EnsembleCombination.Mean => mean,
            EnsembleCombination.Min => scores.amin([0]),
            _ => mean.sub(scores.sub(mean).square().sum(dim: 0).div(count).mul(penalty)),
        };
        return frame.With(models[0] with { Name = options.Into, Values = result.Keep(valid), Valid = valid });
    }
}
