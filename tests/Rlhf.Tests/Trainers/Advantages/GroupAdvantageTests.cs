using CsCheck;
using Rlhf.Metrics;
using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using Rlhf.Tests.Shaping;
using Rlhf.Trainers.Advantages;
using TorchSharp;
using static Rlhf.Tests.Trainers.Advantages.AdvantageBatches;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Advantages;

public class GroupAdvantageTests
{
    [Theory]
    [MemberData(nameof(AllCredits), MemberType = typeof(AdvantageBatches))]
    public void Estimate_OnMeta_ReadsNoData(GroupAdvantageOptions options)
    {
        using var scope = NewDisposeScope();
        using var sink = new MetricSink();
        using RewardPipeline pipeline = Pipeline();
        ShapedRewards rewards = pipeline.Apply(Frame(Mixed(META)), training: true, iteration: 0);
        AdvantageEstimates result = options.CreateEstimator(pipeline).Estimate(rewards, sink);
        Assert.Equal(DeviceType.META, result.Values.device_type);
        Assert.Equal(rewards.Layout.ActionMask.shape, result.Values.shape);
    }

    [Theory]
    [MemberData(nameof(AllCredits), MemberType = typeof(AdvantageBatches))]
    public void Estimate_InvalidOrOtherRows_GetZeroAndMoveNoBaseline(GroupAdvantageOptions options)
    {
        using var scope = NewDisposeScope();
        (Tensor mixed, AdvantageEstimates result) = Estimate(options, Mixed(CPU), Frame(Mixed(CPU)));
        RewardBatch batch = Only();
        RewardFrame frame = new(
            batch.Layout(),
            [
                batch.Outcome("verifier", 1, 0, 1, 0, 0),
                batch.Steps("process", [0.2, 0.9, 0.5], [], [null, 0.3, 0.6, 0.1], [0.8, null], [0.1, 0.4]),
            ]
        );
        (Tensor only, _) = Estimate(options, batch, frame);
        Assert.Equal([true, true, false, true, true, false, true], [.. result.RowsInLoss.data<bool>()]);
        long[] counted = [0, 1, 3, 4, 6];
        Close(only, mixed.index_select(0, tensor(counted)));
        Assert.Equal(0, mixed.index_select(0, tensor((long[])[2, 5])).abs().sum().item<double>());
    }

    [Theory]
    [MemberData(nameof(AllCredits), MemberType = typeof(AdvantageBatches))]
    public void Estimate_Padding_ChangesNothing(GroupAdvantageOptions options)
    {
        using var scope = NewDisposeScope();
        (Tensor plain, _) = Estimate(options, Mixed(CPU), Frame(Mixed(CPU)));
        (Tensor padded, _) = Estimate(options, Mixed(CPU, 3), Frame(Mixed(CPU, 3)));
        Close(plain, padded.narrow(1, 0, plain.size(1)));
        Assert.Equal(0, padded.narrow(1, plain.size(1), padded.size(1) - plain.size(1)).abs().sum().item<double>());
    }

    [Theory]
    [MemberData(nameof(AllCredits), MemberType = typeof(AdvantageBatches))]
    public void Estimate_RewardsShiftedByAConstant_MovesOnlyWithTheBaseline(GroupAdvantageOptions options)
    {
        using var scope = NewDisposeScope();
        RewardBatch batch = Mixed(CPU);
        RewardFrame frame = Frame(batch);
        RewardChannel verifier = frame["verifier"];
        RewardFrame shifted = frame.With(verifier with { Values = verifier.Values.add(5).mul(verifier.Valid) });
        (Tensor before, _) = Estimate(options, batch, frame);
        (Tensor after, _) = Estimate(options, batch, shifted);
        if (options.Discount == 1)
        {
            Close(before, after, 1e-9);
        }
        else
        {
            Assert.NotEqual(0, before.sub(after).abs().sum().item<double>());
        }
    }

    [Theory]
    [InlineData(AdvantageScale.GroupStd)]
    [InlineData(AdvantageScale.BatchStd)]
    [InlineData(AdvantageScale.None)]
    public void EpisodeCredit_RandomGroups_EqualsTheScalarDefinition(AdvantageScale scale)
    {
        Gen<(double Reward, bool Valid, long Group)> row = Gen.Select(Gen.Int[-3, 3].Select(i => i / 2.0), Gen.Bool, Gen.Long[0, 3]);
        row.Array[1, 24]
            .Sample(
                rows =>
                {
                    using var scope = NewDisposeScope();
                    var batch = new RewardBatch { StepCounts = [.. rows.Select(_ => 1)], Groups = [.. rows.Select(r => r.Group)] };
                    using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("r"))
                        .WithWeights(new() { ["r"] = 0.5 })
                        .Build();
                    ShapedRewards shaped = pipeline.Apply(
                        new(batch.Layout(), [batch.Outcome("r", [.. rows.Select(r => r.Valid ? r.Reward : (double?)null)])]),
                        true,
                        0
                    );
                    double[] actual =
                    [
                        .. new GroupAdvantageOptions { Scale = scale }
                            .CreateEstimator(pipeline)
                            .Estimate(shaped)
                            .Values.select(1, 0)
                            .contiguous()
                            .data<double>(),
                    ];
                    for (int i = 0; i < rows.Length; i++)
                    {
                        Assert.Equal(Scalar(rows, i, scale), actual[i], 1e-9);
                    }
                },
                iter: 60,
                threads: 1
            );

        static double Scalar((double Reward, bool Valid, long Group)[] rows, int i, AdvantageScale scale)
        {
            double[] batch = [.. rows.Where(r => r.Valid).Select(r => 0.5 * r.Reward)],
                group = [.. rows.Where(r => r.Valid && r.Group == rows[i].Group).Select(r => 0.5 * r.Reward)];
            if (!rows[i].Valid || group.Length < 2 || group.Max() == group.Min())
            {
                return 0;
            }

            double centred = 0.5 * rows[i].Reward - group.Average();
            return scale switch
            {
                AdvantageScale.GroupStd => centred / (Std(group) + 1e-6),
                AdvantageScale.BatchStd => centred / (Std(batch) + 1e-6),
                _ => centred,
            };
        }

        static double Std(double[] values) => Math.Sqrt(values.Sum(v => Math.Pow(v - values.Average(), 2)) / (values.Length - 1));
    }

    [Theory]
    [InlineData(1, 1.0)]
    [InlineData(37, 0.97)]
    [InlineData(64, 0.5)]
    public void SuffixSum_RandomRewards_EqualsTheRecursion(int length, double discount)
    {
        using var scope = NewDisposeScope();
        double[] rewards = [.. Enumerable.Range(0, length).Select(i => Math.Sin(i * 1.7))];
        double[] expected = new double[length];
        double later = 0;
        for (int t = length - 1; t >= 0; t--)
        {
            expected[t] = later = rewards[t] + discount * later;
        }

        Tensor time = arange(length, ScalarType.Int64).unsqueeze(0);
        Close(tensor(expected).unsqueeze(0), CreditTensors.SuffixSum(tensor(rewards).unsqueeze(0), time, discount), 1e-12);
    }

    [Fact]
    public void EpisodeCredit_EqualFloatRewards_AreExactlyZeroAndFlat()
    {
        using var scope = NewDisposeScope();
        var batch = new RewardBatch
        {
            StepCounts = [1, 1, 1, 1, 1],
            Groups = [0, 0, 0, 1, 2],
            Dtype = ScalarType.Float32,
        };
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("r").Outcome("s"))
            .WithWeights(new() { ["r"] = 0.7, ["s"] = 0.1 })
            .Build();
        ShapedRewards shaped = pipeline.Apply(
            new(batch.Layout(), [batch.Outcome("r", 5.1, 5.1, 5.1, 2, null), batch.Outcome("s", 0.3, 0.3, 0.3, 1, 1)]),
            true,
            0
        );
        AdvantageEstimates result = new GroupAdvantageOptions().CreateEstimator(pipeline).Estimate(shaped);
        Assert.Equal(ScalarType.Float32, result.Values.dtype);
        Assert.All(result.Values.data<float>().ToArray(), a => Assert.Equal(0f, a));
        Assert.Equal([true, true, true], [.. result.FlatGroups.data<bool>()]);
    }

    [Fact]
    public void Estimate_Metrics_NameTheirDenominators()
    {
        using var scope = NewDisposeScope();
        using var sink = new MetricSink();
        using RewardPipeline pipeline = Pipeline();
        new GroupAdvantageOptions { Credit = Credit.Episode }
            .CreateEstimator(pipeline)
            .Estimate(pipeline.Apply(Frame(Mixed(CPU)), true, 0), sink);
        Dictionary<string, double> metrics = sink.Read().ToDictionary(m => m.Name, m => m.Value);
        double[] returns = [2.6, 0, 2, 0.8, 0.5];
        Assert.Equal(returns.Average(), metrics["reward/mean"], 1e-9);
        Assert.Equal(Math.Sqrt(returns.Sum(r => Math.Pow(r - returns.Average(), 2)) / 4), metrics["reward/std"], 1e-9);
        Assert.Equal((Std(2.6, 0) + Std(2, 0.8, 0.5)) / 2, metrics["reward/group_std"], 1e-9);
        Assert.Equal(0, metrics["reward/flat_groups"]);
        Assert.Equal(1, metrics["reward/invalid"]);
        Assert.Equal(0.4, metrics["reward/verifier/mean"], 1e-9);
        Assert.Equal(1, metrics["reward/verifier/invalid"]);
        Assert.Equal(2, metrics["reward/process/invalid"]);

        static double Std(params double[] r) => Math.Sqrt(r.Sum(x => (x - r.Average()) * (x - r.Average())) / (r.Length - 1));
    }

    [Fact]
    public void CreateEstimator_WhatDoesNotFit_IsRefusedWithTheReason()
    {
        using RewardPipeline steps = Pipeline();
        using RewardPipeline tokens = new RewardPipelineBuilder(RewardSchema.Tokens("t")).WithWeights(new() { ["t"] = 1 }).Build();
        ChannelSchema normalised = RewardSchema.Outcome("r")["r"] with { Normalisation = Normalisation.Whole };
        using RewardPipeline normal = new RewardPipelineBuilder(new RewardSchema([normalised])).WithWeights(new() { ["r"] = 1 }).Build();
        using RewardPipeline summed = new RewardPipelineBuilder(new RewardSchema([normalised, new("s", RewardGranularity.Outcome)]))
            .AddWeightedSum(
                new()
                {
                    Weights = new Dictionary<string, double> { ["r"] = 1, ["s"] = 1 },
                    Into = "sum",
                }
            )
            .WithWeights(new() { ["sum"] = 1 })
            .Build();
        using RewardPipeline kl = new RewardPipelineBuilder(RewardSchema.Outcome("r"))
            .AddKl(new())
            .WithWeights(new() { ["r"] = 1, ["kl"] = 0.1 })
            .Build();
        Refused("'sum' is normalised", new(), summed);
        Refused("'kl' holds a KL penalty", new() { Credit = Credit.Episode }, kl);
        Assert.Empty(
            new GroupAdvantageOptions { Credit = Credit.Episode, Scale = AdvantageScale.None }
                .CreateEstimator(kl)
                .Warnings
        );
        Assert.Empty(
            new GroupAdvantageOptions { Credit = Credit.ReturnToGo }
                .CreateEstimator(kl)
                .Warnings
        );
        Refused("'process' has one value a step, so the credit must be named (the phase's advantage:credit)", new(), steps);
        Refused("scale is an option of episode credit", new() { Credit = Credit.ReturnToGo, Scale = AdvantageScale.None }, steps);
        Refused("discount and stepMap are options of return_to_go", new() { Credit = Credit.Episode, Discount = 0.9 }, steps);
        Refused("discount and stepMap are options of return_to_go", new() { Credit = Credit.StepNormalised, StepMap = "turns" }, steps);
        Refused("leaveOneOut", new() { Credit = Credit.StepNormalised, LeaveOneOut = true }, steps);
        Refused("one value a token", new() { Credit = Credit.StepNormalised }, tokens);
        Refused("'r' is normalised by the pipeline already", new(), normal);
        Refused("Epsilon", new() { Credit = Credit.Episode, Epsilon = double.NaN }, steps);
        Assert.Empty(
            new GroupAdvantageOptions { Scale = AdvantageScale.None }
                .CreateEstimator(normal)
                .Warnings
        );

        static void Refused(string because, GroupAdvantageOptions options, RewardPipeline pipeline) =>
            Assert.Contains(
                because,
                Assert.Throws<RewardPipelineException>(() => options.CreateEstimator(pipeline)).Message,
                StringComparison.Ordinal
            );
    }

    [Fact]
    public void CreateEstimator_DeltaUnderReturnToGo_WarnsWithReasonAndRemedy()
    {
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("verifier").Steps("process"))
            .AddDelta(new() { Channel = "process" })
            .WithWeights(new() { ["verifier"] = 1, ["process"] = 0.1 })
            .Build();
        Assert.Empty(
            new GroupAdvantageOptions { Credit = Credit.Episode }
                .CreateEstimator(pipeline)
                .Warnings
        );
        foreach (Credit credit in (Credit[])[Credit.ReturnToGo, Credit.StepNormalised])
        {
            string warning = Assert.Single(
                new GroupAdvantageOptions { Credit = credit }
                    .CreateEstimator(pipeline)
                    .Warnings,
                w => w.Contains("'process' is not causal", StringComparison.Ordinal)
            );
            Assert.Contains("episode credit", warning, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void CreateEstimator_StepNormalised_WarnsForEachStepChannelWithTheRemedy()
    {
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("verifier").Steps("first").Steps("second"))
            .WithWeights(
                new()
                {
                    ["verifier"] = 1,
                    ["first"] = 0.1,
                    ["second"] = 0.1,
                }
            )
            .Build();
        IReadOnlyList<string> warnings = new GroupAdvantageOptions { Credit = Credit.StepNormalised }
            .CreateEstimator(pipeline)
            .Warnings;
        Assert.Equal(2, warnings.Count);
        Assert.Contains("'first'", warnings[0], StringComparison.Ordinal);
        Assert.Contains("'second'", warnings[1], StringComparison.Ordinal);
        Assert.All(warnings, w => Assert.Contains("padding", w, StringComparison.Ordinal));
        Assert.All(warnings, w => Assert.Contains("return_to_go credit with leaveOneOut", w, StringComparison.Ordinal));
        Assert.Empty(
            new GroupAdvantageOptions { Credit = Credit.ReturnToGo, LeaveOneOut = true }
                .CreateEstimator(pipeline)
                .Warnings
        );
    }

    [Fact]
    public void ReturnToGo_UnknownStepMap_IsRefused()
    {
        using var scope = NewDisposeScope();
        RewardPipelineException problem = Assert.Throws<RewardPipelineException>(() =>
            Estimate(new() { Credit = Credit.ReturnToGo, StepMap = "turns" }, Mixed(CPU), Frame(Mixed(CPU)))
        );
        Assert.Contains("'turns'", problem.Message, StringComparison.Ordinal);
    }
}
