using Rlhf.Rewards;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Shaping.Stages;

/// <summary>r_k ← γ·Φ_k − Φ_before(k).</summary>
internal sealed class PotentialStage(string name, PotentialOptions options) : IRewardTransform
{
    private static readonly Scalar One = 1;

    public string Name => name;

    public IReadOnlyList<string> Reads { get; } = [options.Channel];

    public IReadOnlyList<string> Writes { get; } = [options.Channel];

    public RewardSchema Configure(RewardSchema input)
    {
        ChannelSchema channel = input[options.Channel].RequireSteps("potential-based shaping");
        RewardRange? range = null;
        if (channel.Range is { } r)
        {
            RewardRange before = r.Including(options.Initial), after = options.Terminal == TerminalPotential.Zero ? r.Including(0) : r;
            range = new(options.Discount * after.Minimum - before.Maximum, options.Discount * after.Maximum - before.Minimum);
        }

        return input.With(channel with { Range = range, Levels = null });
    }

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        RewardChannel channel = frame[options.Channel];
        Tensor values = channel.Values, valid = channel.Valid;
        long steps = values.size(1);
        if (steps == 0)
        {
            return frame;
        }

        // Valid scores move together to the left, from column 1; column 0 holds the initial potential and what is invalid goes to column K + 1.
        Tensor rank = valid.cumsum(1);
        using Scalar beyond = steps + 1, initial = options.Initial, discount = options.Discount;
        Tensor column = rank.masked_fill(valid.bitwise_not(), beyond);
        Tensor start = full([values.size(0), 1], initial, values.dtype, values.device);
        Tensor scores = cat([start, zeros([values.size(0), steps + 1], values.dtype, values.device)], 1).scatter_add(1, column, values);
        Tensor before = scores.gather(1, rank.sub(One).masked_fill(valid.bitwise_not(), beyond));
        Tensor after = options.Terminal == TerminalPotential.Keep ? values : values.Keep(rank.lt(rank.narrow(1, steps - 1, 1)));
        return frame.With(channel with { Values = after.mul(discount).sub(before).Keep(valid) });
    }
}
