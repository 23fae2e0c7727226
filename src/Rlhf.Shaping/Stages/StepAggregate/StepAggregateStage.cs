using Rlhf.Rewards;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Shaping.Stages;

/// <summary>A new outcome channel from a step channel.</summary>
internal sealed class StepAggregateStage(string name, StepAggregateOptions options) : IRewardTransform
{
    public string Name => name;

    public IReadOnlyList<string> Reads { get; } = [options.Channel];

    public IReadOnlyList<string> Writes { get; } = [options.Into];

    public RewardSchema Configure(RewardSchema input)
    {
        ChannelSchema channel = input[options.Channel].RequireSteps("step aggregation");
        RewardRange? range = options.Aggregation switch
        {
            StepAggregation.Min or StepAggregation.Max or StepAggregation.Mean or StepAggregation.Last => channel.Range,
            // Of probabilities the others but the odds are one, too.
            not StepAggregation.MeanOdds when channel.Range is { Minimum: >= 0, Maximum: <= 1 } => new(0, 1),
            _ => null,
        };
        return input.WithNew(
            new(options.Into, RewardGranularity.Outcome)
            {
                Range = range,
                IsCausal = channel.IsCausal,
                Normalisation = channel.Normalisation,
                IsKlPenalty = channel.IsKlPenalty,
            }
        );
    }

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        RewardChannel channel = frame[options.Channel];
        (Tensor values, Tensor valid) = StepAggregations.Aggregate(
            channel.Values,
            frame.StepsOf(channel).Mask,
            channel.Valid,
            options.Aggregation
        );
        return frame.With(new(options.Into, RewardGranularity.Outcome, values, valid));
    }
}
