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
        ChannelSchema combined = input.Combined(Reads, options.Into, "cannot be models of one ensemble");
        return input.WithNew(combined with { Range = options.Combine == EnsembleCombination.Uncertainty ? null : input.Hull(Reads) });
    }

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        RewardChannel[] models = [.. Reads.Select(c => frame[c])];
        Tensor scores = stack([.. models.Select(m => m.Values)]),
            valid = models.Skip(1).Aggregate(models[0].Valid, (all, m) => all.bitwise_and(m.Valid));
        using Scalar count = models.Length,
            penalty = options.Penalty;

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
