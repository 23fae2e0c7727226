using Rlhf.Metrics;
using Rlhf.Records;
using Rlhf.Trainers.Optimization;
using Rlhf.Trainers.Policy;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Policy;

/// <summary>The clipped loss far from the policy that sampled, and beside padding that holds anything.</summary>
public class ClippedPolicyLossTests
{
    // What has become far too likely and was bad is pushed down by the ratio at its bound, not let go.
    [Theory]
    [InlineData(19.0, -1.0, 19.0)]
    [InlineData(21.0, -1.0, 20.0)]
    [InlineData(80.0, -1.0, 20.0)]
    [InlineData(80.0, -0.5, 20.0)]
    [InlineData(-19.0, 1.0, -19.0)]
    [InlineData(-80.0, 1.0, -20.0)]
    public void Gradient_UnclippedBranch_IsThatOfTheRatioAtItsBound(double logRatio, double advantage, double bounded)
    {
        using var scope = NewDisposeScope();
        (double loss, double gradient) = Loss(new(), logRatio, advantage);
        double expected = -advantage * Math.Exp(bounded);
        Assert.Equal(1, loss / expected, 1e-5);
        Assert.Equal(1, gradient / expected, 1e-5);
    }

    [Theory]
    [InlineData(0.5, 1.0, null)]
    [InlineData(80.0, 1.0, null)]
    [InlineData(-0.5, -1.0, null)]
    [InlineData(-80.0, -1.0, null)]
    [InlineData(80.0, -1.0, 3.0)]
    public void Gradient_ClippedBranch_Is0(double logRatio, double advantage, double? dualClip)
    {
        using var scope = NewDisposeScope();
        (double loss, double gradient) = Loss(new() { DualClip = dualClip }, logRatio, advantage);
        Assert.True(double.IsFinite(loss));
        Assert.Equal(0, gradient);
    }

    // The first row's second token is no loss token; the second row has none. Whatever stands there changes neither weights nor metrics.
    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(-500f)]
    public void Update_AnythingOutsideTheMask_ChangesNothing(float garbage)
    {
        using var scope = NewDisposeScope();
        foreach (KlEstimator estimator in Enum.GetValues<KlEstimator>())
        {
            (float[] clean, double[] cleanMetrics) = Update(estimator, -1);
            (float[] dirty, double[] dirtyMetrics) = Update(estimator, garbage);
            Assert.All(clean, w => Assert.True(float.IsFinite(w)));
            Assert.NotEqual([0f, 0f, 0f], clean);
            Assert.Equal(clean, dirty);
            Assert.Equal(cleanMetrics, dirtyMetrics);
        }
    }

    private static (float[] Weights, double[] Metrics) Update(KlEstimator estimator, float garbage)
    {
        using CategoricalPolicy policy = new(0, 1, -1);
        using AdamWOptimizer optimizer = new(policy.NamedParameters, new() { LearningRate = 0.1 }, 1);
        GrpoOptions algorithm = new()
        {
            Kl = new() { Coefficient = 0.1, Estimator = estimator },
            EntropyCoefficient = 0.01,
        };
        Tensor Masked(float first, float second) =>
            tensor(
                new float[,]
                {
                    { first, garbage, second },
                    { garbage, garbage, garbage },
                }
            );
        PolicyBatch batch = new(
            [new([0], [1, 2, 0]), new([0], [2, 1, 0])],
            [0, 0],
            tensor(
                new bool[,]
                {
                    { true, false, true },
                    { false, false, false },
                }
            ),
            Masked(1, -1),
            Masked(-1.2f, -1.1f),
            Masked(-0.3f, -4)
        );
        using MetricSink metrics = new();
        OptimizerStepResult result = new PolicyUpdate(policy, optimizer, algorithm.UpdateSettings()).Run(batch, metrics).Single();
        Assert.False(result.Skipped);
        Assert.Equal([0, 1], result.Rows);
        return ([.. policy.NamedParameters[0].Value.data<float>()], [.. metrics.Read().Select(m => m.Value)]);
    }

    [Fact]
    public void Update_Means_AreOverWhatTheCatalogSays_AndStayFinite()
    {
        using var scope = NewDisposeScope();
        using CategoricalPolicy policy = new(0, 0);
        using AdamWOptimizer optimizer = new(policy.NamedParameters, new() { LearningRate = 1e-3 }, 4);
        PolicyBatch batch = new(
            [new([0], [0, 1]), new([0], [1, 1])],
            [0, 1],
            ones(2, 2, ScalarType.Bool),
            ones(2, 2),
            full([2, 2], -500f),
            full([2, 2], 500f)
        );
        using MetricSink metrics = new();
        GrpoOptions algorithm = new()
        {
            Kl = new() { ValueClamp = null },
            Minibatches = 2,
            Epochs = 2,
        };
        new PolicyUpdate(policy, optimizer, algorithm.UpdateSettings()).Run(batch, metrics);
        foreach (Metric metric in metrics.Read())
        {
            string denominator = MetricCatalog.Find(metric.Name)!.Denominator;
            Assert.True(denominator == "—" || denominator == metric.DenominatorName, metric.Name);
            Assert.True(double.IsFinite(metric.Value), metric.Name);
        }
    }

    private static (double Loss, double Gradient) Loss(ClippedPolicyLossOptions options, double logRatio, double advantage)
    {
        Tensor logProbs = zeros(1, 1).requires_grad_(true);
        using MetricSink metrics = new();
        Tensor loss = new ClippedPolicyLoss(options).PerToken(
            new(logProbs, full([1, 1], (float)-logRatio), full([1, 1], (float)advantage), ones(1, 1, ScalarType.Bool)),
            metrics
        );
        loss.sum().backward();
        return (loss.item<float>(), logProbs.grad!.item<float>());
    }
}
