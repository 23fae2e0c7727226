using Rlhf.Rewards;
using static TorchSharp.torch;

namespace Rlhf.Shaping.Stages;

/// <summary>r_k ← r_k − r_next(k); 0 for the last step.</summary>
internal sealed class DeltaStage(string name, DeltaOptions options) : IRewardTransform
{
    public string Name => name;

    public IReadOnlyList<string> Reads { get; } = [options.Channel];

    public IReadOnlyList<string> Writes { get; } = [options.Channel];

    public RewardSchema Configure(RewardSchema input)
    {
        ChannelSchema channel = input[options.Channel];
        if (channel.Granularity != RewardGranularity.Step)
        {
            throw new RewardPipelineException($"channel '{channel.Name}' has one value a {Noun(channel.Granularity)}; Delta needs one a step.");
        }

        RewardRange? range = channel.Range is { } r
            ? new RewardRange(r.Minimum - r.Maximum, r.Maximum - r.Minimum).Including(r.Minimum).Including(r.Maximum).Including(0)
            : null;
        return input.With(channel with { Range = range, Levels = null, IsCausal = false });
    }

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        RewardChannel channel = frame[options.Channel];
        Tensor values = channel.Values, mask = frame.StepsOf(channel).Mask;
        long steps = values.size(1);
        if (steps == 0)
        {
            return frame;
        }

        Tensor none = zeros_like(mask.narrow(1, 0, 1));
        Tensor hasNext = cat([mask.narrow(1, 1, steps - 1), none], 1);
        Tensor counted = channel.Valid.logical_and(hasNext);

        // next[k]: the smallest j > k whose value counts, or K, where a column of zeros lies.
        Tensor index = arange(steps, ScalarType.Int64, values.device).expand_as(values);
        Tensor end = full_like(index.narrow(1, 0, 1), steps);
        Tensor fromHere = where(counted, index, full_like(index, steps)).flip(1).cummin(1).values.flip(1);
        Tensor next = cat([fromHere.narrow(1, 1, steps - 1), end], 1);
        Tensor following = cat([values, zeros_like(values.narrow(1, 0, 1))], 1).gather(1, next);
        return frame.With(channel with { Values = where(counted, values.sub(following), zeros_like(values)) });
    }

    private static string Noun(RewardGranularity granularity) => granularity == RewardGranularity.Outcome ? "response" : "token";
}
