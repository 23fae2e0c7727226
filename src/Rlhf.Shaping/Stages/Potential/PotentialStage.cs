using Rlhf.Rewards;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Shaping.Stages;

/// <summary>r_k ← γ·Φ(after k) − Φ(before k).</summary>
internal sealed class PotentialStage(string name, PotentialOptions options) : IRewardTransform
{
    private static readonly Scalar Zero = 0,
        One = 1;

    public string Name => name;

    public IReadOnlyList<string> Reads { get; } = options.InitialFrom is { } initial ? [options.Channel, initial] : [options.Channel];

    public IReadOnlyList<string> Writes { get; } = [options.Channel];

    public RewardSchema Configure(RewardSchema input)
    {
        ChannelSchema channel = input[options.Channel].RequireSteps("potential-based shaping");
        RewardRange? initial = options.InitialFrom is { } from
            ? input[from].RequireOutcome("potential-based shaping").Range
            : new(options.Initial, options.Initial);
        RewardRange? range = null;
        if (channel.Range is { } r && initial is { } i)
        {
            RewardRange before = options.Scores == PotentialScores.BeforeStep ? r : r.Including(i.Minimum).Including(i.Maximum);
            RewardRange after = options.Terminal == TerminalPotential.Zero ? r.Including(0) : r;
            range = new(options.Discount * after.Minimum - before.Maximum, options.Discount * after.Maximum - before.Minimum);
        }

        return input.With(channel with { Range = range, Levels = null });
    }

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        RewardChannel channel = frame[options.Channel];
        if (channel.Values.size(1) == 0)
        {
            return frame;
        }

        using Scalar discount = options.Discount;
        (Tensor before, Tensor after, Tensor known) =
            options.Scores == PotentialScores.AfterStep ? WithScoresAfter(frame, channel) : WithScoresBefore(channel);
        return frame.With(channel with { Values = after.mul(discount).sub(before).Keep(known), Valid = known });
    }

    private (Tensor Before, Tensor After, Tensor Known) WithScoresAfter(RewardFrame frame, RewardChannel channel)
    {
        (Tensor values, Tensor valid, Tensor rank) = Ranked(channel);
        Tensor start,
            known = valid;
        if (options.InitialFrom is { } from)
        {
            RewardChannel initial = frame[from];
            start = initial.Values.to_type(values.dtype).unsqueeze(1);
            known = valid.bitwise_and(rank.gt(One).bitwise_or(initial.Valid.unsqueeze(1)));
        }
        else
        {
            using Scalar initial = options.Initial;
            start = full([values.size(0), 1], initial, values.dtype, values.device);
        }

        // The valid score of rank n in column n, Φ before the first step in column 0: what is before a step lies in the column before its
        // own.
        Tensor before = cat([start, Compact(values, valid, rank)], 1).gather(1, rank.sub(One).clamp_min(Zero));
        return (before, options.Terminal == TerminalPotential.Keep ? values : values.Keep(IsLast(rank).bitwise_not()), known);
    }

    private (Tensor Before, Tensor After, Tensor Known) WithScoresBefore(RewardChannel channel)
    {
        // The valid score of rank n in column n − 1, zeros beyond the last: what is after a step lies in the column of its rank.
        (Tensor values, Tensor valid, Tensor rank) = Ranked(channel);
        Tensor after = cat([Compact(values, valid, rank), zeros_like(values.narrow(1, 0, 1))], 1).gather(1, rank);
        return (
            values,
            options.Terminal == TerminalPotential.Keep ? after.add(values.Keep(IsLast(rank).bitwise_and(valid))) : after,
            valid
        );
    }

    // Values, whether they are valid, and the number of valid ones up to and with each.
    private static (Tensor Values, Tensor Valid, Tensor Rank) Ranked(RewardChannel channel) =>
        (channel.Values, channel.Valid, channel.Valid.cumsum(1));

    // Valid values move together to the left, zeros beyond; what is invalid goes to a column K that is cut off.
    private static Tensor Compact(Tensor values, Tensor valid, Tensor rank)
    {
        long steps = values.size(1);
        using Scalar beyond = steps;
        Tensor column = rank.sub(One).masked_fill(valid.bitwise_not(), beyond);
        return zeros([values.size(0), steps + 1], values.dtype, values.device).scatter_add(1, column, values).narrow(1, 0, steps);
    }

    private static Tensor IsLast(Tensor rank) => rank.ge(rank.narrow(1, rank.size(1) - 1, 1));
}
