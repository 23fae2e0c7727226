using Rlhf.Metrics;
using Rlhf.Records;
using Rlhf.Shaping;
using Rlhf.Tests.Shaping;
using Rlhf.Trainers.Advantages;
using static Rlhf.Tests.Trainers.Advantages.AdvantageBatches;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Advantages;

/// <summary>What the metrics of rewards are means of, and that large rewards lose nothing.</summary>
public class RewardMetricsTests
{
    [Fact]
    public void Estimate_Means_AreOverWhatTheCatalogSays()
    {
        using var scope = NewDisposeScope();
        using var sink = new MetricSink();
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("verifier", levels: [0, 1]).Steps("process"))
            .WithVerifiedOutcome("verifier")
            .WithWeights(new() { ["verifier"] = 1, ["process"] = 1 })
            .Build();
        new GroupAdvantageOptions { Credit = Credit.Episode }
            .CreateEstimator(pipeline)
            .Estimate(pipeline.Apply(Frame(Mixed(CPU)), true, 0), sink);
        IReadOnlyList<Metric> metrics = sink.Read();
        Assert.Contains(metrics, m => m.Name == "reward/process/mean");
        foreach (Metric metric in metrics)
        {
            MetricDefinition definition = MetricCatalog.Find(metric.Name)!;
            Assert.True(definition.Denominator == "—" || definition.Denominator == metric.DenominatorName, metric.Name);
        }

        // Sums over the steps of each of the five policy samples with a valid step, not over their ten valid steps.
        double[] sums = [0.2 + 0.9 + 0.5, 0.7, 0.3 + 0.6 + 0.1, 0.8, 0.1 + 0.4];
        Assert.Equal(sums.Average(), metrics.Single(m => m.Name == "reward/process/mean").Value, 1e-12);
    }

    public static TheoryData<GroupAdvantageOptions> Undiscounted() =>
        [
            new GroupAdvantageOptions(),
            new GroupAdvantageOptions { Scale = AdvantageScale.BatchStd },
            new GroupAdvantageOptions { Credit = Credit.ReturnToGo, LeaveOneOut = true },
            new GroupAdvantageOptions { Credit = Credit.StepNormalised },
        ];

    [Theory]
    [MemberData(nameof(Undiscounted))]
    public void Estimate_LargeOffset_GivesTheAdvantagesWithoutIt(GroupAdvantageOptions options)
    {
        using var scope = NewDisposeScope();
        RewardBatch batch = new() { StepCounts = [1, 1, 1, 1] };
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("r")).WithWeights(new() { ["r"] = 1 }).Build();
        Tensor Advantages(double offset) =>
            options
                .CreateEstimator(pipeline)
                .Estimate(
                    pipeline.Apply(
                        new(batch.Layout(), [batch.Outcome("r", offset, offset + 1, offset + 2, offset + 3)]),
                        training: true,
                        iteration: 0
                    )
                )
                .Values;
        Close(Advantages(0), Advantages(1e8), 1e-12);
        Close(Advantages(0), Advantages(-1e15), 1e-12);
    }
}
