using Rlhf.Metrics;
using Rlhf.Models;
using Rlhf.Trainers.Optimization;
using Rlhf.Trainers.Policy;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Policy;

/// <summary>What each aggregation divides by, on three sequences of which the last has no loss token.</summary>
public class LossAggregationTests
{
    private const int MaxResponseLength = 5;

    [Theory]
    [InlineData(LossAggregation.TokenMean, 1.0 / 4, 1.0 / 4)]
    [InlineData(LossAggregation.SequenceMeanTokenMean, 1.0 / 6, 1.0 / 2)]
    [InlineData(LossAggregation.SequenceMeanTokenSum, 1.0 / 2, 1.0 / 2)]
    [InlineData(LossAggregation.SequenceMeanTokenSumNorm, 1.0 / 10, 1.0 / 10)]
    public void Weights_AreTheReciprocalsOfItsDenominator(LossAggregation aggregation, double ofFirst, double ofSecond)
    {
        using var scope = NewDisposeScope();
        double[] weights = [.. LossWeights.Compute(aggregation, Mask(), MaxResponseLength).flatten().data<double>()];
        Assert.Equal([ofFirst, ofFirst, ofFirst, 0, ofSecond, 0, 0, 0, 0], weights, new Close());
        Assert.All(
            LossWeights.Compute(aggregation, zeros(2, 2, ScalarType.Bool), MaxResponseLength).data<double>().ToArray(),
            w => Assert.Equal(0, w)
        );
    }

    // The same tokens in one step or in two: each step's denominator is its own, and micro-batches change nothing.
    [Theory]
    [InlineData(1, 16384)]
    [InlineData(1, 4)]
    [InlineData(2, 16384)]
    [InlineData(2, 4)]
    public void Update_DividesByTheStepsOwnTokens(int minibatches, int microBatchTokens)
    {
        using var scope = NewDisposeScope();
        using CategoricalPolicy policy = new(0, 0);
        using AdamWOptimizer optimizer = new(policy.NamedParameters, new() { LearningRate = 1e-6 }, 2);
        using MetricSink metrics = new();
        GrpoOptions algorithm = new()
        {
            Minibatches = minibatches,
            MicroBatchTokens = microBatchTokens,
            Aggregation = LossAggregation.TokenMean,
        };
        Tensor old = full([3, 3], MathF.Log(0.5f)),
            advantages = tensor((float[])[1, 2, 4]).unsqueeze(1).expand(3, 3);
        TokenSequence row = new([0], [0, 1, 0]);
        IReadOnlyList<OptimizerStepResult> steps = new PolicyUpdate(policy, optimizer, algorithm.UpdateSettings()).Run(
            new([row, row, row], [0, 1, 1], Mask(), advantages, old, null),
            metrics
        );
        double[] expected = minibatches == 1 ? [-(3 * 1 + 2) / 4.0] : [-1, -2];
        Assert.Equal(expected, steps.Select(s => s.Loss), new Close());
    }

    private static Tensor Mask() =>
        tensor(
            new bool[,]
            {
                { true, true, true },
                { false, true, false },
                { false, false, false },
            }
        );

    private sealed class Close : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) < 1e-5;

        public int GetHashCode(double value) => 0;
    }
}
