using Rlhf.Rewards;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Shaping.Stages;

/// <summary>r ← r + σ·z.</summary>
internal sealed class GaussianNoiseStage(string name, GaussianNoiseOptions options) : IRewardTransform
{
    private static readonly Scalar One = 1,
        MinusTwo = -2,
        Turn = 2 * Math.PI;

    public string Name => name;

    public IReadOnlyList<string> Reads { get; } = [options.Channel];

    public IReadOnlyList<string> Writes { get; } = [options.Channel];

    public RewardSchema Configure(RewardSchema input) => input.With(input[options.Channel] with { Range = null, Levels = null });

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        if (!context.IsTraining)
        {
            return frame;
        }

        RewardChannel channel = frame[options.Channel];
        using Scalar deviation = options.StandardDeviation;
        Tensor radius = Uniform(frame, channel, context, 0).neg().add(One).log().mul(MinusTwo).sqrt();
        Tensor normal = radius.mul(Uniform(frame, channel, context, 1).mul(Turn).cos());
        return frame.With(
            channel with
            {
                Values = channel.Values.add(normal.mul(deviation).to_type(channel.Values.dtype)).Keep(channel.Valid),
            }
        );
    }

    private static Tensor Uniform(RewardFrame frame, RewardChannel channel, RewardContext context, long which)
    {
        using Scalar number = which;
        Tensor visit = frame.Layout.PromptVisitId,
            sample = frame.Layout.SampleIndex,
            draw = full([], number, ScalarType.Int64, visit.device);
        return channel.Granularity == RewardGranularity.Outcome
            ? context.Uniform(visit, sample, draw)
            : context.Uniform(visit.unsqueeze(1), sample.unsqueeze(1), draw, Positions.Of(channel.Values));
    }
}
