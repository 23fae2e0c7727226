using CsCheck;
using Rlhf.Metrics;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using Rlhf.Trainers.Advantages;
using static TorchSharp.torch;

namespace Rlhf.Tests.Shaping;

/// <summary>What a pipeline and an estimator report of rewards.</summary>
public class StageReportTests
{
    [Fact]
    public void AStage_IsReportedWithSpreadExtremesAndSharesBeforeAndAfter()
    {
        using var scope = NewDisposeScope();
        RewardBatch batch = new() { StepCounts = [2, 1, 1] };
        Dictionary<string, double> metrics = Report(
            batch,
            [
                [0.2, 0.8],
                [0.5],
                [null],
            ],
            [1, 1, 0]
        );

        Assert.Equal(0.5, metrics["shaping/clip/process/mean_before"], 1e-12);
        Assert.Equal(Math.Sqrt(0.06), metrics["shaping/clip/process/std_before"], 1e-12);
        Assert.Equal(0.2, metrics["shaping/clip/process/min_before"], 1e-12);
        Assert.Equal(0.8, metrics["shaping/clip/process/max_before"], 1e-12);
        Assert.Equal(-0.4, metrics["shaping/clip/process/mean"], 1e-12);
        Assert.Equal(-0.7, metrics["shaping/clip/process/min"], 1e-12);
        Assert.Equal(-0.1, metrics["shaping/clip/process/max"], 1e-12);
        Assert.Equal(1, metrics["shaping/clip/process/changed"], 1e-12);
        Assert.Equal(0.25, metrics["shaping/clip/process/invalid"], 1e-12);
    }

    [Fact]
    public void NothingValid_LeavesValuesOut()
    {
        using var scope = NewDisposeScope();
        Dictionary<string, double> metrics = Report(
            new() { StepCounts = [1, 1] },
            [
                [null],
                [null],
            ],
            [1, 0]
        );
        Assert.DoesNotContain("shaping/clip/process/min", metrics.Keys);
        Assert.DoesNotContain("shaping/clip/process/correlation", metrics.Keys);
        Assert.Equal(1, metrics["shaping/clip/process/invalid"]);
    }

    [Fact]
    public void Correlation_IsPearsonsOverRowsValidInBoth_AndUnknownForAConstant() =>
        Gen.Select(Gen.Double[-2, 2].Array[5], Gen.Double[-2, 2].Array[5], Gen.Bool.Array[5])
            .Sample(
                (x, y, counted) =>
                {
                    using var scope = NewDisposeScope();
                    double[] a = OfSizeOne(x, counted),
                        b = OfSizeOne(y, counted);
                    (Tensor rho, Tensor known) = RewardCorrelation.Of(tensor(x), tensor(y), tensor(counted));
                    Assert.Equal(a.Distinct().Count() > 1 && b.Distinct().Count() > 1, known.item<bool>());
                    if (known.item<bool>())
                    {
                        double ma = a.Average(),
                            mb = b.Average();
                        double expected =
                            a.Zip(b, (p, q) => (p - ma) * (q - mb)).Sum()
                            / Math.Sqrt(a.Sum(p => (p - ma) * (p - ma)) * b.Sum(q => (q - mb) * (q - mb)));
                        Assert.Equal(expected, rho.item<double>(), 1e-9);
                    }
                    else
                    {
                        Assert.Equal(0, rho.item<double>());
                    }
                },
                iter: 200,
                threads: 1
            );

    [Theory]
    [InlineData(1e-80, 1e-90)]
    [InlineData(1e200, 1e-200)]
    [InlineData(1e300, 1e300)]
    [InlineData(1e-320, 1)]
    public void Correlation_OfVerySmallOrLargeNumbers_IsThatOfNumbersOfTheSizeOfOne(double xSize, double ySize)
    {
        using var scope = NewDisposeScope();
        double[] x = [3, 1, 4, 1.5],
            y = [2, 7, 1, 8];
        (Tensor rho, Tensor known) = RewardCorrelation.Of(
            tensor(Array.ConvertAll(x, v => v * xSize)),
            tensor(Array.ConvertAll(y, v => v * ySize)),
            ones(4, ScalarType.Bool)
        );
        Assert.True(known.item<bool>());
        Assert.Equal(
            RewardCorrelation.Of(tensor(x), tensor(y), ones(4, ScalarType.Bool)).Correlation.item<double>(),
            rho.item<double>(),
            1e-3
        );
    }

    [Theory]
    [InlineData(0.1, 3)]
    [InlineData(0.7, 5)]
    [InlineData(1e8 + 0.3, 7)]
    [InlineData(-1e-9 / 3, 11)]
    public void Correlation_OfAConstantWhoseMeanIsRounded_IsUnknown(double constant, int count)
    {
        using var scope = NewDisposeScope();
        (Tensor rho, Tensor known) = RewardCorrelation.Of(
            tensor(Enumerable.Repeat(constant, count).ToArray()),
            tensor(Enumerable.Range(0, count).Select(i => i * 0.3).ToArray()),
            ones(count, ScalarType.Bool)
        );
        Assert.False(known.item<bool>());
        Assert.Equal(0, rho.item<double>());
    }

    // 1e8 + i is a reward as good as i.
    [Fact]
    public void Correlation_OfALargeOffset_IsThatWithoutIt()
    {
        using var scope = NewDisposeScope();
        double[] x = [3, 1, 4, 1.5],
            y = [2, 7, 1, 8];
        double Rho(double offset) =>
            RewardCorrelation
                .Of(tensor(Array.ConvertAll(x, v => v + offset)), tensor(y), ones(4, ScalarType.Bool))
                .Correlation.item<double>();
        Assert.Equal(Rho(0), Rho(1e8), 1e-6);
        Assert.Equal(Rho(0), Rho(1e12), 1e-3);
    }

    [Fact]
    public void VarianceSharesOfReturnChannels_AddUpToOne_AndFollowTheWeights()
    {
        using var scope = NewDisposeScope();
        RewardBatch batch = new() { StepCounts = [1, 2, 2, 1], Groups = [0, 0, 1, 1] };
        RewardFrame frame = new(
            batch.Layout(),
            [batch.Outcome("verifier", 1, 0, 0, 1), batch.Steps("process", [0.5], [0.5, 0.5], [0.1, 0.1], [0.1])]
        );
        Dictionary<string, double> Shares(double weight)
        {
            using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("verifier", levels: [0, 1]).Steps("process"))
                .WithWeights(new() { ["verifier"] = 1, ["process"] = weight })
                .WithVerifiedOutcome("verifier")
                .Build();
            using MetricSink sink = new();
            new GroupAdvantageOptions { Credit = Credit.Episode }
                .CreateEstimator(pipeline)
                .Estimate(pipeline.Apply(frame, training: true, 1, sink), sink);
            return sink.Read().ToDictionary(m => m.Name, m => m.Value);
        }

        Dictionary<string, double> small = Shares(0.1),
            opposed = Shares(-3);
        Assert.Equal(1, small["reward/verifier/group_variance_share"] + small["reward/process/group_variance_share"], 1e-12);
        Assert.True(small["reward/verifier/group_variance_share"] > 0.9);
        Assert.True(opposed["reward/process/group_variance_share"] > 0.5);
        Assert.InRange(small["reward/correlation"], 0.99, 1);
        Assert.InRange(opposed["reward/correlation"], 0.7, 0.9);
        Assert.InRange(small["reward/process/correlation"], -1, 0);
    }

    // ρ does not depend on the size of the numbers, but their squares can be too small for a double.
    private static double[] OfSizeOne(double[] values, bool[] counted)
    {
        double[] kept = [.. values.Where((_, i) => counted[i])];
        double size = kept.Select(Math.Abs).Append(double.Epsilon).Max();
        return Array.ConvertAll(kept, v => v / size);
    }

    private static Dictionary<string, double> Report(RewardBatch batch, double?[][] steps, double?[] outcomes)
    {
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("verifier", levels: [0, 1]).Steps("process"))
            .AddClip(new() { Channel = "process", Threshold = 0.9 })
            .WithWeights(new() { ["verifier"] = 1, ["process"] = 1 })
            .WithVerifiedOutcome("verifier")
            .Build();
        using MetricSink sink = new();
        _ = pipeline.Apply(
            new(batch.Layout(), [batch.Outcome("verifier", outcomes), batch.Steps("process", steps)]),
            training: true,
            1,
            sink
        );
        return sink.Read().ToDictionary(m => m.Name, m => m.Value);
    }
}
