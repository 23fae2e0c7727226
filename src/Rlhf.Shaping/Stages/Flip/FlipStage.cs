using System.Globalization;
using Rlhf.Rewards;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Shaping.Stages;

/// <summary>r ← low + high − r where u &lt; rate of the row's true class.</summary>
internal sealed class FlipStage(string name, FlipOptions options) : IRewardTransform
{
    private static readonly Scalar Zero = 0;

    private double? _low = options.Low;
    private double? _high = options.High;

    public string Name => name;

    public IReadOnlyList<string> Reads { get; } = [options.Channel];

    public IReadOnlyList<string> Writes { get; } = [options.Channel];

    public RewardSchema Configure(RewardSchema input)
    {
        ChannelSchema channel = input[options.Channel];
        if (options.Scope == FlipScope.Step && channel.Granularity != RewardGranularity.Step)
        {
            throw new RewardPipelineException(
                $"channel '{channel.Name}' is no step channel, so that its steps cannot flip; use scope question or answer."
            );
        }

        if (options.Low is null && channel.Levels is not { Count: 2 })
        {
            throw new RewardPipelineException(
                $"channel '{channel.Name}' is not known to have exactly two levels, which a flip needs; give low and high, or declare the channel's levels."
            );
        }

        if (options is { Low: { } low, High: { } high } && channel.Levels is { } levels && !levels.SequenceEqual([low, high]))
        {
            throw new RewardPipelineException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"channel '{channel.Name}' has the levels {string.Join(", ", levels)}, not low {low} and high {high}; leave low and high out, or correct them."
                )
            );
        }

        _low ??= channel.Levels![0];
        _high ??= channel.Levels![1];
        return input;
    }

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        if (!context.IsTraining)
        {
            return frame;
        }

        RewardChannel channel = frame[options.Channel];
        Tensor values = channel.Values;
        double low = _low!.Value,
            high = _high!.Value;
        using Scalar sum = low + high,
            middle = (low + high) / 2,
            falseNegative = options.FalseNegativeRate ?? options.Rate!.Value,
            falsePositive = options.FalsePositiveRate ?? options.Rate!.Value;
        Tensor isHigh = values.gt(middle);
        Tensor rate = zeros_like(values, ScalarType.Float64)
            .masked_fill(isHigh, falseNegative)
            .masked_fill(isHigh.bitwise_not(), falsePositive);
        Tensor flips = Uniform(frame, channel, context).lt(rate).bitwise_and(channel.Valid);
        if (!options.FlipUnanswered && frame.Find(options.AnsweredChannel) is { } answered)
        {
            Tensor unanswered = answered.Valid.bitwise_and(answered.Values.eq(Zero));
            flips = flips.bitwise_and(Beside(channel, unanswered.bitwise_not()));
        }

        context.Metrics.AddShare("flipped", flips, channel.Valid, $"valid entries of {channel.Name}");
        return frame.With(channel with { Values = flips.Choose(values.neg().add(sum), values) });
    }

    private Tensor Uniform(RewardFrame frame, RewardChannel channel, RewardContext context)
    {
        Tensor visit = Beside(channel, frame.Layout.PromptVisitId),
            sample = Beside(channel, frame.Layout.SampleIndex);
        return options.Scope switch
        {
            FlipScope.Question => context.Uniform(visit),
            FlipScope.Answer => context.Uniform(visit, sample),
            _ => context.Uniform(visit, sample, Positions.Of(channel.Values)),
        };
    }

    // A value a row, shaped to broadcast against the channel.
    private static Tensor Beside(RewardChannel channel, Tensor ofRows) =>
        channel.Granularity == RewardGranularity.Outcome ? ofRows : ofRows.unsqueeze(1);
}
