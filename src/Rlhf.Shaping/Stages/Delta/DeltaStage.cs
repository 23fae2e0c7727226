using Rlhf.Rewards;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Shaping.Stages;

/// <summary>r_k ← r_k − r_next(k); 0 for the last step.</summary>
internal sealed class DeltaStage(string name, DeltaOptions options) : IRewardTransform
{
    private static readonly Scalar One = 1;

    public string Name => name;

    public IReadOnlyList<string> Reads { get; } = [options.Channel];

    public IReadOnlyList<string> Writes { get; } = [options.Channel];

    public RewardSchema Configure(RewardSchema input)
    {
        ChannelSchema channel = input[options.Channel].RequireSteps("Delta");
        RewardRange? range = channel.Range is { } r
            ? new RewardRange(r.Minimum - r.Maximum, r.Maximum - r.Minimum).Including(r.Minimum).Including(r.Maximum).Including(0)
            : null;
        return input.With(channel with { Range = range, Levels = null, IsCausal = false });
    }

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        RewardChannel channel = frame[options.Channel];
        Tensor values = channel.Values,
            mask = frame.StepsOf(channel).Mask;
        long steps = values.size(1);
        if (steps == 0)
        {
            return frame;
        }

        Tensor none = zeros_like(mask.narrow(1, 0, 1));
        Tensor hasNext = cat([mask.narrow(1, 1, steps - 1), none], 1);
        Tensor counted = channel.Valid.bitwise_and(hasNext);

        // The values that count move together to the left: the one of rank n (from 1) to column n − 1, zeros beyond. The value that follows
        // step k then
        // lies in the column of k's rank. What does not count goes to column K as 0.
        Tensor rank = counted.cumsum(1);
        using Scalar beyond = steps;
        Tensor column = rank.sub(One).masked_fill(counted.bitwise_not(), beyond);
        Tensor compact = zeros([values.size(0), steps + 1], values.dtype, values.device).scatter_add(1, column, values.Keep(counted));
        return frame.With(channel with { Values = values.sub(compact.gather(1, rank)).Keep(counted) });
    }
}
