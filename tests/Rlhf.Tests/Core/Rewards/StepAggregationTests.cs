using Rlhf.Rewards;
using static TorchSharp.torch;

namespace Rlhf.Tests.Core.Rewards;

public class StepAggregationTests
{
    [Fact]
    public void GeometricMean_OfManySteps_DoesNotUnderflow()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(0.1, Score(StepAggregation.GeometricMean, ScalarType.Float32, [.. Enumerable.Repeat(0.1, 100)]), 1e-6);
        Assert.Equal(0.1, Score(StepAggregation.GeometricMean, ScalarType.Float64, [.. Enumerable.Repeat(0.1, 1000)]), 1e-12);
    }

    [Theory]
    [InlineData(0.0, 0.5, 0.9)]
    [InlineData(3.0, -2.0, -1.5)]
    [InlineData(-2.0, -2.0, -2.0)]
    [InlineData(-8.0, 1.0, 1.0)]
    public void GeometricMean_OfAnySigns_IsTheRealRoot(params double[] steps)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(
            Math.Cbrt(steps.Aggregate(1.0, (a, b) => a * b)),
            Score(StepAggregation.GeometricMean, ScalarType.Float64, steps),
            1e-12
        );
    }

    [Theory]
    [InlineData(1e-8)]
    [InlineData(1e-12)]
    [InlineData(1 - 1e-8)]
    public void MeanLogitAndOdds_NearZeroAndOne_AreTheFormula(double step)
    {
        using var scope = NewDisposeScope();
        double logit = (Math.Log(step / (1 - step)) + Math.Log(0.4 / 0.6)) / 2,
            odds = (step / (1 - step) + 0.4 / 0.6) / 2;
        Assert.Equal(1 / (1 + Math.Exp(-logit)), Score(StepAggregation.MeanLogit, ScalarType.Float64, step, 0.4), 1e-12);
        Assert.Equal(1, Score(StepAggregation.MeanOdds, ScalarType.Float64, step, 0.4) / odds, 1e-9);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.BFloat16)]
    public void MeanLogitAndOdds_AtZeroAndOneAndBeyond_AreFinite(ScalarType type)
    {
        using var scope = NewDisposeScope();
        Assert.All(
            [
                [0],
                [1],
                [0, 1],
                [-0.5, 0.5],
                [0.5, 1.5],
            ],
            (double[] steps) =>
            {
                Assert.InRange(Score(StepAggregation.MeanLogit, type, steps), 0, 1);
                Assert.InRange(Score(StepAggregation.MeanOdds, type, steps), 0, 1e16);
            }
        );
    }

    private static double Score(StepAggregation aggregation, ScalarType type, params double[] steps)
    {
        Tensor values = tensor(steps).unsqueeze(0).to_type(type),
            all = ones_like(values, ScalarType.Bool);
        (Tensor score, Tensor valid) = StepAggregations.Aggregate(values, all, all, aggregation);
        Assert.True(valid.item<bool>());
        return score.to_type(ScalarType.Float64).item<double>();
    }
}
