using CsCheck;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using static TorchSharp.torch;

namespace Rlhf.Tests.Shaping.Stages;

public class ClipDeltaGateStageTests
{
    private static readonly Gen<double?[][]> Ragged = Gen.Select(
            Gen.Int[0, 20],
            Gen.Int[0, 9],
            (value, roll) => roll == 0 ? (double?)null : value / 20.0
        )
        .Array[0, 7]
        .Array[1, 5];

    [Fact]
    public void Delta_SumFromAStepOn_TelescopesToThatStepsReward() =>
        Ragged.Sample(
            rows =>
            {
                double?[][] delta = Steps(rows, b => b.AddDelta(new() { Channel = "p" }));
                for (int i = 0; i < rows.Length; i++)
                {
                    for (int k = 0; k < rows[i].Length; k++)
                    {
                        double expected = k == rows[i].Length - 1 || rows[i][k] is null ? 0 : rows[i][k]!.Value;
                        Assert.Equal(rows[i][k] is null, delta[i][k] is null);
                        if (rows[i][k] is not null)
                        {
                            Assert.Equal(expected, delta[i][k..].Sum(v => v ?? 0), 1e-12);
                        }
                    }
                }
            },
            iter: 100,
            threads: 1
        );

    [Fact]
    public void Clip_Values_StayBetweenMinusThresholdAndZero() =>
        Ragged.Sample(
            rows =>
                Assert.All(
                    Steps(rows, b => b.AddClip(new() { Channel = "p", Threshold = 0.6 })).SelectMany(r => r),
                    v => Assert.True(v is null or (>= -0.6 and <= 0))
                ),
            iter: 50,
            threads: 1
        );

    [Fact]
    public void Clip_Share_FollowsTheQuantileByItsRule()
    {
        using var scope = NewDisposeScope();
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Steps("p"))
            .AddClip(
                new()
                {
                    Channel = "p",
                    Share = 0.6,
                    Decay = 0.75,
                }
            )
            .WithWeights(new() { ["p"] = 1 })
            .Build();
        double? eta = null;
        for (int iteration = 0; iteration < 5; iteration++)
        {
            double?[][] rows =
            [
                [0.1, 0.3 * iteration, null, 0.9],
                [0.2 + 0.1 * iteration],
                [],
            ];
            var batch = new RewardBatch { StepCounts = [.. rows.Select(r => r.Length), 2], IsPolicy = [true, true, true, false] };
            double own = Quantile([.. rows.SelectMany(r => r).OfType<double>()], 0.4);
            double used = eta ?? own;

            // A baseline's row is clipped but does not count, and evaluation on the way changes nothing.
            RewardFrame frame = new(batch.Layout(), [batch.Steps("p", [.. rows, [7, 7]])]);
            pipeline.Apply(frame, training: false, iteration);
            double?[][] shaped = batch.ReadSteps(pipeline.Apply(frame, training: true, iteration).Shaped["p"]);
            Assert.All(
                rows.SelectMany(r => r).Zip(shaped.SelectMany(r => r)),
                v =>
                {
                    Assert.Equal(v.First is null, v.Second is null);
                    Assert.Equal(Math.Min((v.First ?? used) - used, 0), v.Second ?? 0, 1e-12);
                }
            );
            eta = 0.75 * used + 0.25 * own;
        }

        Assert.Equal(eta!.Value, pipeline.State.Single(s => s.Name == "clip/threshold").Value.item<double>(), 1e-12);
    }

    [Fact]
    public void Clip_ShareWithoutValidSteps_LeavesTheThresholdForTheFirstIterationThatHasSome()
    {
        using var scope = NewDisposeScope();
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Steps("p"))
            .AddClip(new() { Channel = "p", Share = 1 })
            .WithWeights(new() { ["p"] = 1 })
            .Build();
        var batch = new RewardBatch { StepCounts = [2] };
        pipeline.Apply(new(batch.Layout(), [batch.Steps("p", new double?[] { null, null })]), true, 0);
        double?[][] shaped = batch.ReadSteps(pipeline.Apply(new(batch.Layout(), [batch.Steps("p", [0.5, 0.75])]), true, 1).Shaped["p"]);
        Assert.Equal(
            [
                [0, 0],
            ],
            shaped
        );
    }

    [Fact]
    public void Gate_RaisingTheHigherLevel_NeverLowersTheTotal()
    {
        Gen<(double Low, double High)[]> rows = Gen.Select(Gen.Double[0, 1], Gen.Double[-1, 1]).Array[1, 8];
        Gen.Select(rows, Gen.Double[0, 1], Gen.Double[-1, 1])
            .Sample(
                (levels, raise, threshold) =>
                {
                    double[] before = Totals(levels, threshold),
                        after = Totals([.. levels.Select(l => (l.Low, l.High + raise))], threshold);
                    Assert.All(before.Zip(after), pair => Assert.True(pair.First <= pair.Second));
                },
                iter: 60,
                threads: 1
            );

        static double[] Totals((double Low, double High)[] levels, double threshold)
        {
            using var scope = NewDisposeScope();
            var batch = new RewardBatch { StepCounts = new int[levels.Length] };
            using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("low").Outcome("high"))
                .AddGate(
                    new()
                    {
                        Channel = "low",
                        By = "high",
                        Threshold = threshold,
                    }
                )
                .WithWeights(new() { ["low"] = 1, ["high"] = 1 })
                .Build();
            RewardFrame frame = new(
                batch.Layout(),
                [
                    batch.Outcome("low", [.. levels.Select(l => (double?)l.Low)]),
                    batch.Outcome("high", [.. levels.Select(l => (double?)l.High)]),
                ]
            );
            RewardFrame shaped = pipeline.Apply(frame, true, 0).Shaped;
            return [.. RewardBatch.Read(shaped["low"]).Zip(RewardBatch.Read(shaped["high"]), (l, h) => l!.Value + h!.Value)];
        }
    }

    [Fact]
    public void Gate_TurnLevel_DecidesForItsOwnTurnOnly()
    {
        using var scope = NewDisposeScope();
        var batch = new RewardBatch { StepCounts = [4] };
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Steps("tool").Steps("patch"))
            .AddGate(
                new()
                {
                    Channel = "tool",
                    By = "patch",
                    Applies = GateApplies.PositivePart,
                }
            )
            .WithWeights(new() { ["tool"] = 1 })
            .Build();
        RewardFrame frame = new(batch.Layout(), [batch.Steps("tool", [0.5, 0.6, -0.7, 0.8]), batch.Steps("patch", [1, 0, 0, null])]);
        Assert.Equal(
            [
                [0.5, 0, -0.7, null],
            ],
            batch.ReadSteps(pipeline.Apply(frame, true, 0).Shaped["tool"])
        );
        Assert.True(pipeline.Output["tool"].IsCausal);
    }

    [Fact]
    public void Gate_AfterStagesThatChangeTheHigherLevel_ComparesItAsObserved()
    {
        using var scope = NewDisposeScope();
        var batch = new RewardBatch { StepCounts = [1, 1] };
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("verifier").Steps("p"))
            .AddClip(new() { Channel = "verifier", Threshold = 1 })
            .AddGate(
                new()
                {
                    Channel = "p",
                    By = "verifier",
                    Threshold = 0.5,
                }
            )
            .WithWeights(new() { ["p"] = 1 })
            .Build();
        RewardFrame frame = new(batch.Layout(), [batch.Outcome("verifier", 1, 0), batch.Steps("p", [0.3], [0.4])]);
        Assert.Equal(
            [
                [0.3],
                [0],
            ],
            batch.ReadSteps(pipeline.Apply(frame, true, 0).Shaped["p"])
        );
    }

    [Fact]
    public void Gate_TokenChannelByOutcome_GatesAllTokensOfARow()
    {
        using var scope = NewDisposeScope();
        var batch = new RewardBatch { StepCounts = [1, 2] };
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("verifier").Tokens("t", new RewardRange(0, 1)))
            .AddGate(new() { Channel = "t", By = "verifier" })
            .WithWeights(new() { ["t"] = 1 })
            .Build();
        RewardFrame frame = new(batch.Layout(), [batch.Outcome("verifier", 1, 0), batch.Tokens("t", 0.5)]);
        Assert.Equal([0.5, 0.5, null, null, 0, 0, 0, 0], RewardBatch.Read(pipeline.Apply(frame, true, 0).Shaped["t"]));
    }

    private static double?[][] Steps(double?[][] rows, Action<RewardPipelineBuilder> add)
    {
        using var scope = NewDisposeScope();
        var batch = new RewardBatch { StepCounts = [.. rows.Select(r => r.Length)] };
        var builder = new RewardPipelineBuilder(RewardSchema.Steps("p")).WithWeights(new() { ["p"] = 1 });
        add(builder);
        using RewardPipeline pipeline = builder.Build();
        return batch.ReadSteps(pipeline.Apply(new(batch.Layout(), [batch.Steps("p", rows)]), true, 0).Shaped["p"]);
    }

    private static double Quantile(double[] values, double q)
    {
        Array.Sort(values);
        double position = q * (values.Length - 1);
        int low = (int)position;
        return values[low] + (values[Math.Min(low + 1, values.Length - 1)] - values[low]) * (position - low);
    }
}
