using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using Rlhf.Verification;
using Rlhf.Verification.Patterns;

namespace Rlhf.Tests.Shaping;

public class RewardPipelineBuilderTests
{
    private static readonly RewardSchema Schema = RewardSchema
        .Outcome("verifier", levels: [0, 1])
        .Outcome("score")
        .Steps("process", new RewardRange(0, 1));

    [Fact]
    public void Build_WhatCannotWork_IsRefusedNamingStageAndChannel()
    {
        Refused(
            "stage 'clip': nothing writes a channel 'proces'; channels at this point: verifier, score, process. Did you mean process?",
            b => b.AddClip(new() { Channel = "proces", Threshold = 0 })
        );
        Refused("two stages are named 'delta'", b => b.AddDelta(new() { Channel = "process" }).AddDelta(new() { Channel = "process" }));
        Refused(
            "stage 'flip' is noise and comes after the shaping stage 'delta'",
            b => b.AddDelta(new() { Channel = "process" }).AddFlip(new() { Channel = "verifier", Rate = 0.1 })
        );
        Refused(
            "stage 'mine': channel 'verifier' has one value a response",
            b => b.AddDelta(new() { Name = "mine", Channel = "verifier" })
        );
        Refused("stage 'clip': Clip of channel 'process': give exactly one of threshold", b => b.AddClip(new() { Channel = "process" }));
        Refused(
            "give exactly one of threshold",
            b =>
                b.AddClip(
                    new()
                    {
                        Channel = "process",
                        Threshold = 0.1,
                        Share = 0.2,
                    }
                )
        );
        Refused(
            "stage 'clip': Threshold is NaN, which is not finite",
            b => b.AddClip(new() { Channel = "process", Threshold = double.NaN })
        );
        Refused("Share", b => b.AddClip(new() { Channel = "process", Share = 1.5 }));
        Refused("stage 'flip': Flip of channel 'verifier': give rate", b => b.AddFlip(new() { Channel = "verifier" }));
        Refused(
            "stage 'flip': channel 'score' is not known to have exactly two levels",
            b => b.AddFlip(new() { Channel = "score", Rate = 0.1 })
        );
        Refused(
            "stage 'flip': channel 'verifier' is no step channel",
            b =>
                b.AddFlip(
                    new()
                    {
                        Channel = "verifier",
                        Rate = 0.1,
                        Scope = FlipScope.Step,
                    }
                )
        );
        Refused(
            "low below high",
            b =>
                b.AddFlip(
                    new()
                    {
                        Channel = "score",
                        Rate = 0.1,
                        Low = 1,
                        High = 0,
                    }
                )
        );
        Refused(
            "leave nothing for rate",
            b =>
                b.AddFlip(
                    new()
                    {
                        Channel = "verifier",
                        Rate = 0.1,
                        FalsePositiveRate = 0.2,
                        FalseNegativeRate = 0.3,
                    }
                )
        );
        Refused(
            "stage 'flip': channel 'verifier' has the levels 0, 1, not low -1 and high 1",
            b =>
                b.AddFlip(
                    new()
                    {
                        Channel = "verifier",
                        Rate = 0.1,
                        Low = -1,
                        High = 1,
                    }
                )
        );
        Refused("stage 'normalise': channel 'kl' holds a KL penalty", b => b.AddKl(new()).AddNormalise(new() { Channel = "kl" }));
        Assert.Contains(
            "'a/b'",
            Assert.Throws<RewardPipelineException>(() => RewardSchema.Outcome("a/b")).Message,
            StringComparison.Ordinal
        );
        Refused(
            "stage 'clip_delta': Clip-Delta of channel 'process': give exactly one",
            b => b.AddClipDelta(new() { Channel = "process" })
        );
        Refused(
            "stage 'gate': channel 'process' (Step, step map 'steps') cannot gate channel 'score' (Outcome)",
            b => b.AddGate(new() { Channel = "score", By = "process" })
        );
        Refused("Gate: give channel and by", b => b.AddGate(new() { Channel = "score" }));
        Refused("Gate: give channel and by", b => b.AddGate(new() { Levels = [new("score")] }));
        Refused("channel 'score' is named more than once", b => b.AddGate(new() { Levels = [new("score"), new("score")] }));
        Refused("has no '/'", b => b.AddDelta(new() { Name = "a/b", Channel = "process" }));
        Refused("there is a weight for channel 'format', which nothing writes", b => b.WithWeights(new() { ["format"] = 1 }));
        Refused("score, process. Did you mean score?", b => b.WithWeights(new() { ["Score"] = 1 }));
        Refused("score, process. Did you mean verifier?", b => b.WithWeights(new() { ["verifier"] = 1 }).WithVerifiedOutcome("verfier"));
        Refused("the weight of channel 'verifier' is NaN", b => b.WithWeights(new() { ["verifier"] = double.NaN }));
        Refused("no channel has a weight", b => b.WithWeights([]));
        Refused("no channel has a weight", b => b.WithWeights(new() { ["verifier"] = 0 }));
    }

    [Fact]
    public void Build_GatedPenalties_WarnUnlessOnlyThePositivePartIsGated()
    {
        Assert.Empty(Build(b => b.AddGate(new() { Channel = "process", By = "verifier" })).Warnings);
        string warning = Assert.Single(
            Build(b =>
                b.AddClip(new() { Channel = "process", Threshold = 0.5 }).AddGate(new() { Channel = "process", By = "verifier" })
            ).Warnings
        );
        Assert.Contains("stage 'gate': channel 'process' can be negative", warning, StringComparison.Ordinal);
        Assert.Contains("positive_part", warning, StringComparison.Ordinal);
        Assert.Empty(
            Build(b =>
                b.AddClip(new() { Channel = "process", Threshold = 0.5 })
                    .AddGate(
                        new()
                        {
                            Channel = "process",
                            By = "verifier",
                            Applies = GateApplies.PositivePart,
                        }
                    )
            ).Warnings
        );
    }

    [Fact]
    public void Build_AStageThatNothingUses_Warns_UnlessItsChannelHasAWeightOrIsRead()
    {
        SoftOverlongOptions penalty = new() { MaxLength = 8, Cache = 2 };
        string warning = Assert.Single(Build(b => b.AddSoftOverlong(penalty)).Warnings);
        Assert.Contains("stage 'soft_overlong' has no effect on the return: what it writes (overlong)", warning, StringComparison.Ordinal);
        Assert.Empty(Build(b => b.AddSoftOverlong(penalty).WithWeights(new() { ["verifier"] = 1, ["overlong"] = 0 })).Warnings);
        Assert.Empty(
            Build(b =>
                b.AddSoftOverlong(penalty)
                    .AddWeightedSum(
                        new()
                        {
                            Weights = new Dictionary<string, double> { ["score"] = 1, ["overlong"] = 1 },
                            Into = "sum",
                        }
                    )
                    .WithWeights(new() { ["sum"] = 1 })
            ).Warnings
        );
    }

    [Fact]
    public void Build_ProcessChannels_AreStepScoresAndWhatIsMadeOfThemAlone() =>
        Assert.Equal(
            ["mean", "process"],
            Build(b =>
                b.AddStepAggregate(new() { Channel = "process", Into = "mean" })
                    .AddSpread(
                        new()
                        {
                            Channel = "verifier",
                            Into = "spread",
                            Over = SpreadOver.LastToken,
                        }
                    )
                    .AddKl(new())
                    .AddWeightedSum(
                        new()
                        {
                            Weights = new Dictionary<string, double> { ["score"] = 1, ["mean"] = 1 },
                            Into = "sum",
                        }
                    )
            )
                .ProcessChannels.Order(StringComparer.Ordinal)
        );

    [Fact]
    public void Source_RangeAndLevels_AreInTheSchemaWhatItScores()
    {
        RewardSchema schema = new RewardSchema([])
            .Source(Verifiers.ArithmeticSteps())
            .Source(TextRewards.ReasoningPattern())
            .Source(TextRewards.Repetition(new() { Name = "repetition", MaxPenalty = -0.5 }));
        Assert.Equal([0, 1], schema["process"].Levels);
        Assert.Equal(new RewardRange(0, 1), schema["process"].Range);
        Assert.Equal(new RewardRange(0, 1), schema["pattern"].Range);
        Assert.Equal(new RewardRange(-0.5, 0), schema["repetition"].Range);
    }

    [Fact]
    public void Build_Schema_FollowsWhatStagesDo()
    {
        ChannelSchema clipped = Build(b => b.AddClip(new() { Channel = "process", Threshold = 0.25 })).Output["process"];
        Assert.Equal(new RewardRange(-0.25, 0), clipped.Range);
        Assert.True(clipped.IsCausal);
        ChannelSchema delta = Build(b => b.AddDelta(new() { Channel = "process" })).Output["process"];
        Assert.Equal(new RewardRange(-1, 1), delta.Range);
        Assert.False(delta.IsCausal);
        Assert.False(Build(b => b.AddGate(new() { Channel = "process", By = "verifier" })).Output["process"].IsCausal);
        Assert.True(Build(b => b.AddGate(new() { Channel = "score", By = "verifier" })).Output["score"].IsCausal);
        Assert.Equal(new RewardRange(0, 1), Aggregated(StepAggregation.Product));
        Assert.Null(Aggregated(StepAggregation.MeanOdds));

        static RewardRange? Aggregated(StepAggregation how) =>
            Build(b =>
                b.AddStepAggregate(
                    new()
                    {
                        Channel = "process",
                        Into = "one",
                        Aggregation = how,
                    }
                )
            )
                .Output["one"]
                .Range;
    }

    [Fact]
    public void Build_Stages_ListWhatEachWritesInOrder()
    {
        RewardPipeline pipeline = Build(b =>
            b.AddFlip(new() { Channel = "verifier", Rate = 0.1 })
                .AddGate(new() { Levels = [new("process"), new("score"), new("verifier")] })
                .AddDelta(new() { Channel = "process" })
        );
        Assert.Equal(
            ["flip: verifier", "gate: process,score", "delta: process"],
            pipeline.Stages.Select(s => $"{s.Stage}: {string.Join(',', s.Channels)}")
        );
    }

    private static RewardPipeline Build(Action<RewardPipelineBuilder> add)
    {
        var builder = new RewardPipelineBuilder(Schema).WithWeights(
            new()
            {
                ["verifier"] = 1,
                ["score"] = 1,
                ["process"] = 1,
            }
        );
        add(builder);
        return builder.Build();
    }

    private static void Refused(string because, Action<RewardPipelineBuilder> add) =>
        Assert.Contains(because, Assert.Throws<RewardPipelineException>(() => Build(add)).Message, StringComparison.Ordinal);
}
