using CsCheck;
using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Tests.Shaping.Stages;

/// <summary>Stages on random batches with invalid entries, against slow scalar code written from their formulas; and what must hold of their results.</summary>
public class ScalarReferenceTests
{
    private const double Tolerance = 1e-9;

    // Up to six rows of up to five steps; about one entry in five is invalid.
    private static readonly Gen<double?[][]> Steps = Gen.Select(Gen.Double[-1, 1], Gen.Int[0, 4], (v, i) => i == 0 ? (double?)null : v).Array[0, 5].Array[1, 6];

    [Fact]
    public void Delta_FromAStepOn_AddsUpToTheStepItself() => Steps.Sample(
        rows =>
        {
            double?[][] shaped = Run(rows, b => b.AddDelta(new() { Channel = "process" }));
            for (int i = 0; i < rows.Length; i++)
            {
                for (int k = 0; k < rows[i].Length; k++)
                {
                    double fromHere = shaped[i][k..].Sum() ?? 0, expected = k == rows[i].Length - 1 ? 0 : rows[i][k] ?? fromHere;
                    Assert.Equal(expected, fromHere, Tolerance);
                }
            }
        },
        iter: 100, threads: 1);

    [Fact]
    public void Clip_IsNeverPositive_AndNeverBelowTheValueLessItsThreshold() => Steps.Sample(
        rows =>
        {
            double?[][] shaped = Run(rows, b => b.AddClip(new() { Channel = "process", Threshold = 0.3 }));
            Each(rows, shaped, (value, result) => Assert.Equal(Math.Min(value - 0.3, 0), result, Tolerance));
        },
        iter: 100, threads: 1);

    [Fact]
    public void Potential_WithoutDiscountAndWithATerminalOfZero_AddsUpToMinusItsStart() => Steps.Sample(
        rows =>
        {
            double?[][] shaped = Run(rows, b => b.AddPotential(new() { Channel = "process", Initial = 0.25 }));
            for (int i = 0; i < rows.Length; i++)
            {
                Assert.Equal(rows[i].Any(v => v is not null) ? -0.25 : 0, shaped[i].Sum() ?? 0, Tolerance);
            }
        },
        iter: 100, threads: 1);

    [Fact]
    public void Affine_BoundsWhatItScales() => Steps.Sample(
        rows => Each(rows, Run(rows, b => b.AddAffine(new() { Channel = "process", Scale = -3, Shift = 0.5, Minimum = -1, Maximum = 2 })), (value, result) => Assert.Equal(Math.Clamp(-3 * value + 0.5, -1, 2), result, Tolerance)),
        iter: 100, threads: 1);

    [Fact]
    public void Normalise_OverTheBatch_IsTheZScore_AndZeroAmongEqualValues() => Steps.Sample(
        rows =>
        {
            double[] all = [.. rows.SelectMany(r => r).OfType<double>()];
            double mean = all.Length == 0 ? 0 : all.Average(), deviation = all.Length < 2 ? 0 : Math.Sqrt(all.Sum(v => (v - mean) * (v - mean)) / (all.Length - 1));
            Each(rows, Run(rows, b => b.AddNormalise(new() { Channel = "process", Over = NormaliseOver.Batch })), (value, result) => Assert.Equal(all.Length < 2 ? 0 : (value - mean) / (deviation + 1e-6), result, Tolerance));
            double?[][] equal = [.. rows.Select(r => r.Select(v => v is null ? (double?)null : 0.1).ToArray())];
            Each(equal, Run(equal, b => b.AddNormalise(new() { Channel = "process", Over = NormaliseOver.Group })), (_, result) => Assert.Equal(0, result, Tolerance));
        },
        iter: 100, threads: 1);

    [Fact]
    public void Gate_TotalNeverFalls_WhereTheHigherLevelRises() => Gen.Select(Gen.Double[0, 1].Array[3], Gen.Double[0, 1].Array[3], Gen.Double[0, 0.5].Array[3]).Sample(
        (lower, higher, rise) =>
        {
            double[] Totals(double[] outcome)
            {
                using var scope = NewDisposeScope();
                var batch = new RewardBatch { StepCounts = [1, 1, 1] };
                using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("verifier").Outcome("format"))
                    .AddGate(new() { Channel = "format", By = "verifier", Threshold = 0.5 }).WithWeights(new() { ["verifier"] = 1, ["format"] = 1 }).Build();
                ShapedRewards shaped = pipeline.Apply(
                    new(batch.Layout(), [batch.Outcome("verifier", [.. outcome.Select(v => (double?)v)]), batch.Outcome("format", [.. lower.Select(v => (double?)v)])]), training: true, iteration: 0);
                return [.. RewardBatch.Read(shaped.Shaped["verifier"]).Zip(RewardBatch.Read(shaped.Shaped["format"]), (a, b) => a!.Value + b!.Value)];
            }

            double[] before = Totals(higher), after = Totals([.. higher.Zip(rise, (h, r) => h + r)]);
            Assert.All(before.Zip(after), p => Assert.True(p.Second >= p.First));
        },
        iter: 100, threads: 1);

    [Fact]
    public void Spread_OverAnything_AddsUpToTheOutcome()
    {
        using var scope = NewDisposeScope();
        var batch = new RewardBatch { StepCounts = [1, 3, 2] };
        double?[] outcome = [0.5, -2, null];
        foreach (SpreadOver over in Enum.GetValues<SpreadOver>())
        {
            using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("verifier")).AddSpread(new() { Channel = "verifier", Into = "spread", Over = over }).WithWeights(new() { ["spread"] = 1 }).Build();
            RewardChannel spread = pipeline.Apply(new(batch.Layout(), [batch.Outcome("verifier", outcome)]), training: true, iteration: 0).Shaped["spread"];
            double[] sums = [.. spread.Values.sum(1).data<double>()];
            Assert.Equal(0.5, sums[0], Tolerance);
            Assert.Equal(-2, sums[1], Tolerance);
            Assert.False(spread.Valid[2].any().ToBoolean());
        }
    }

    [Fact]
    public void Ensemble_AndItsUncertainty_AreMeanMinimumAndMeanLessVariance()
    {
        (EnsembleCombination Combine, double Expected)[] cases = [(EnsembleCombination.Mean, 2), (EnsembleCombination.Min, 1), (EnsembleCombination.Uncertainty, 2 - 0.5)];
        foreach ((EnsembleCombination combine, double expected) in cases)
        {
            using var scope = NewDisposeScope();
            var batch = new RewardBatch { StepCounts = [0, 0] };
            using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("a").Outcome("b"))
                .AddEnsemble(new() { Channels = ["a", "b"], Into = "both", Combine = combine, Penalty = 0.5 }).WithWeights(new() { ["both"] = 1 }).Build();
            double?[] result = RewardBatch.Read(pipeline.Apply(new(batch.Layout(), [batch.Outcome("a", 1, 1), batch.Outcome("b", 3, null)]), training: true, iteration: 0).Shaped["both"]);
            Assert.Equal(expected, result[0]!.Value, Tolerance);
            Assert.Null(result[1]);
        }
    }

    [Fact]
    public void Normalise_Twice_IsRefused()
    {
        RewardPipelineException e = Assert.Throws<RewardPipelineException>(() => new RewardPipelineBuilder(RewardSchema.Steps("process"))
            .AddNormalise(new() { Name = "one", Channel = "process" }).AddNormalise(new() { Name = "two", Channel = "process" }).WithWeights(new() { ["process"] = 1 }).Build());
        Assert.Contains("normalised already", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GaussianNoise_HasItsDeviation_IsReproducedInAnyOrder_AndIsOffInEvaluation()
    {
        using var scope = NewDisposeScope();
        const int Rows = 4000;
        var batch = new RewardBatch { StepCounts = new int[Rows], Visits = [.. Enumerable.Range(0, Rows).Select(i => (long)i / 4)], Samples = [.. Enumerable.Range(0, Rows).Select(i => (long)i % 4)] };
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("score")).AddGaussianNoise(new() { Channel = "score", StandardDeviation = 0.5 }).WithSeed(7).WithWeights(new() { ["score"] = 1 }).Build();
        RewardFrame raw = new(batch.Layout(), [batch.Outcome("score", new double?[Rows].Select(_ => (double?)1).ToArray())]);
        double[] noisy = [.. RewardBatch.Read(pipeline.Apply(raw, training: true, iteration: 0).Shaped["score"]).Select(v => v!.Value - 1)];
        Assert.InRange(noisy.Average(), -0.04, 0.04);
        Assert.InRange(Math.Sqrt(noisy.Average(v => v * v)), 0.47, 0.53);
        Assert.Equal(noisy, RewardBatch.Read(pipeline.Apply(raw, training: true, iteration: 9).Shaped["score"]).Select(v => v!.Value - 1));
        Assert.All(RewardBatch.Read(pipeline.Apply(raw, training: false, iteration: 0).Shaped["score"]), v => Assert.Equal(1, v));
    }

    private static double?[][] Run(double?[][] rows, Action<RewardPipelineBuilder> add)
    {
        using var scope = NewDisposeScope();
        var batch = new RewardBatch { StepCounts = [.. rows.Select(r => r.Length)] };
        var builder = new RewardPipelineBuilder(RewardSchema.Steps("process")).WithWeights(new() { ["process"] = 1 });
        add(builder);
        using RewardPipeline pipeline = builder.Build();
        return batch.ReadSteps(pipeline.Apply(new(batch.Layout(), [batch.Steps("process", rows)]), training: true, iteration: 0).Shaped["process"]);
    }

    private static void Each(double?[][] rows, double?[][] shaped, Action<double, double> check)
    {
        foreach ((double? value, double? result) in rows.Zip(shaped).SelectMany(r => r.First.Zip(r.Second)))
        {
            Assert.Equal(value is null, result is null);
            if (value is { } v)
            {
                check(v, result!.Value);
            }
        }
    }
}
