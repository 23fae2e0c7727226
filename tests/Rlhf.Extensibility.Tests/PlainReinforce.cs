using Rlhf.Metrics;
using Rlhf.Shaping;
using Rlhf.Trainers.Advantages;
using Rlhf.Trainers.Policy;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Extensibility.Tests;

/// <summary>An algorithm: the return as advantage, and REINFORCE's loss.</summary>
public sealed record PlainReinforceOptions : AlgorithmOptions
{
    public int Samples { get; init; } = 2;

    public override int SamplesPerPrompt() => Samples;

    public override PolicyUpdateSettings UpdateSettings() =>
        new(
            new ReinforceLoss(),
            LossAggregation.TokenMean,
            Rollout.MaxNewTokens,
            Kl,
            EntropyCoefficient,
            Rollout.Temperature,
            Epochs,
            Minibatches,
            MicroBatchTokens
        );

    public override IAdvantageEstimator CreateEstimator(RewardPipeline pipeline) => new ReturnAsAdvantage(pipeline);
}

/// <summary>An estimator: Â_t = R, the weighted sum of the outcome channels.</summary>
internal sealed class ReturnAsAdvantage(RewardPipeline pipeline) : IAdvantageEstimator
{
    public IReadOnlyList<string> Warnings => ["the return itself is the advantage; it has no baseline."];

    public AdvantageEstimates Estimate(ShapedRewards rewards, MetricSink? metrics = null)
    {
        Tensor mask = rewards.Layout.ActionMask;
        Tensor? sum = null;
        foreach ((string channel, double weight) in pipeline.Weights)
        {
            using Scalar w = weight;
            Tensor part = rewards.Shaped[channel].Values.mul(w);
            sum = sum is null ? part : sum.add(part);
        }

        Tensor values = sum!.unsqueeze(1).mul(mask);
        return new(
            values,
            ones(mask.size(0), ScalarType.Bool, mask.device),
            sum,
            zeros(rewards.Layout.Groups, ScalarType.Bool, mask.device)
        );
    }
}

/// <summary>A loss: ℓ_t = −Â_t · log π_t.</summary>
internal sealed class ReinforceLoss : IPolicyLoss
{
    public Tensor PerToken(PolicyLossInput input, MetricSink metrics) => input.Advantages.mul(input.LogProbs).neg();
}
