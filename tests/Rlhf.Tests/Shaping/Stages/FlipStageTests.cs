using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using static TorchSharp.torch;

namespace Rlhf.Tests.Shaping.Stages;

public class FlipStageTests
{
    private const int Prompts = 4000;
    private const int Samples = 4;

    [Fact]
    public void Question_WholeGroups_FlipTogetherAtTheRate()
    {
        bool[][] flipped = Flipped(new() { Channel = "r", Rate = 0.3 });
        Assert.All(flipped, group => Assert.Single(group.Distinct()));
        AssertRate(0.3, [.. flipped.Select(g => g[0])]);
    }

    [Fact]
    public void Answer_EachAnswer_FlipsByItselfAtTheRate()
    {
        bool[][] flipped = Flipped(
            new()
            {
                Channel = "r",
                Rate = 0.3,
                Scope = FlipScope.Answer,
            }
        );
        AssertRate(0.3, [.. flipped.SelectMany(g => g)]);

        // Independent within a group: two given samples flip together with probability 0.3².
        AssertRate(0.09, [.. flipped.Select(g => g[0] && g[1])]);
    }

    [Fact]
    public void Rates_OfTheTwoClasses_AreThoseOfTheTrueClassAndShareTheUniform()
    {
        // In this batch even samples are right and odd ones wrong.
        bool[][] flipped = Flipped(
            new()
            {
                Channel = "r",
                FalsePositiveRate = 0.1,
                FalseNegativeRate = 0.4,
            }
        );
        AssertRate(0.4, [.. flipped.Select(g => g[0])]);
        AssertRate(0.1, [.. flipped.Select(g => g[1])]);
        Assert.All(flipped, g => Assert.True(g[0] || !g[1], "the same uniform cannot pass the lower rate and fail the higher one"));
    }

    [Fact]
    public void Question_OfSubsetsOfTheBatch_FlipsTheSameRows()
    {
        using var scope = NewDisposeScope();
        using RewardPipeline pipeline = Pipeline(
            new()
            {
                Channel = "r",
                Rate = 0.5,
                Scope = FlipScope.Answer,
            }
        );
        double?[] Run(int first, int count)
        {
            var part = new RewardBatch
            {
                StepCounts = new int[count],
                Groups = new long[count],
                Visits = [.. Enumerable.Range(first, count).Select(i => 100L + i / Samples)],
                Samples = [.. Enumerable.Range(first, count).Select(i => (long)(i % Samples))],
            };
            return RewardBatch.Read(
                pipeline.Apply(new(part.Layout(), [part.Outcome("r", [.. Enumerable.Repeat<double?>(1, count)])]), true, first).Shaped["r"]
            );
        }

        Assert.Equal(Run(0, 40), [.. Run(0, 7), .. Run(7, 20), .. Run(27, 13)]);
        Assert.Equal(2, Run(0, 40).Distinct().Count());
    }

    [Fact]
    public void Flip_OtherSeedNameOrVisit_DrawsAfresh()
    {
        double?[] values = [.. Enumerable.Repeat<double?>(1, 64)];
        double?[] Run(long seed, string? name, long firstVisit)
        {
            using var scope = NewDisposeScope();
            var batch = new RewardBatch { StepCounts = new int[64], Visits = [.. Enumerable.Range(0, 64).Select(i => firstVisit + i)] };
            using RewardPipeline pipeline = Pipeline(
                new()
                {
                    Name = name,
                    Channel = "r",
                    Rate = 0.5,
                },
                seed
            );
            return RewardBatch.Read(pipeline.Apply(new(batch.Layout(), [batch.Outcome("r", values)]), true, 0).Shaped["r"]);
        }

        double?[] once = Run(1, null, 0);
        Assert.Equal(once, Run(1, null, 0));
        Assert.NotEqual(once, Run(2, null, 0));
        Assert.NotEqual(once, Run(1, "other", 0));
        Assert.NotEqual(once, Run(1, null, 64));
    }

    [Fact]
    public void Flip_LevelsUnansweredInvalidAndEvaluation_AreAsDefined()
    {
        using var scope = NewDisposeScope();
        var batch = new RewardBatch { StepCounts = new int[5] };
        RewardFrame frame = new(batch.Layout(), [batch.Outcome("r", -1, 3, null, -1, 3), batch.Outcome("r.answered", 1, 1, 0, 0, null)]);
        double?[] Run(FlipOptions options, bool training)
        {
            RewardSchema schema = RewardSchema.Outcome("r", levels: [3, -1]).Outcome("r.answered");
            using RewardPipeline pipeline = new RewardPipelineBuilder(schema).AddFlip(options).WithWeights(new() { ["r"] = 1 }).Build();
            return RewardBatch.Read(pipeline.Apply(frame, training, 0).Shaped["r"]);
        }

        FlipOptions always = new() { Channel = "r", Rate = 1 };
        Assert.Equal([3, -1, null, -1, -1], Run(always, training: true));
        Assert.Equal([3, -1, null, 3, -1], Run(always.With(new { FlipUnanswered = true }), training: true));
        Assert.Equal([-1, 3, null, -1, 3], Run(always, training: false));
        Assert.Equal([-1, 3, null, -1, 3], Run(always.With(new { Rate = 0.0 }), training: true));
    }

    [Fact]
    public void Step_EachStep_FlipsByItself()
    {
        using var scope = NewDisposeScope();
        var batch = new RewardBatch
        {
            StepCounts = [.. Enumerable.Repeat(8, 1000)],
            Visits = [.. Enumerable.Range(0, 1000).Select(i => (long)i)],
        };
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Steps("p"))
            .AddFlip(
                new()
                {
                    Channel = "p",
                    Rate = 0.25,
                    Scope = FlipScope.Step,
                    Low = 0,
                    High = 1,
                }
            )
            .WithWeights(new() { ["p"] = 1 })
            .Build();
        double?[][] ones = [.. batch.StepCounts.Select(n => Enumerable.Repeat<double?>(1, n).ToArray())];
        double?[][] shaped = batch.ReadSteps(pipeline.Apply(new(batch.Layout(), [batch.Steps("p", ones)]), true, 0).Shaped["p"]);
        AssertRate(0.25, [.. shaped.SelectMany(s => s).Select(v => v == 0)]);
        AssertRate(0.0625, [.. shaped.Select(s => s[0] == 0 && s[1] == 0)]);
    }

    private static bool[][] Flipped(FlipOptions options)
    {
        using var scope = NewDisposeScope();
        using RewardPipeline pipeline = Pipeline(options);
        var batch = new RewardBatch
        {
            StepCounts = new int[Prompts * Samples],
            Groups = [.. Enumerable.Range(0, Prompts * Samples).Select(i => (long)(i / Samples))],
            Samples = [.. Enumerable.Range(0, Prompts * Samples).Select(i => (long)(i % Samples))],
        };
        double?[] values = [.. Enumerable.Range(0, Prompts * Samples).Select(i => (double?)(1 - i % 2))];
        double?[] shaped = RewardBatch.Read(pipeline.Apply(new(batch.Layout(), [batch.Outcome("r", values)]), true, 0).Shaped["r"]);
        return [.. values.Zip(shaped, (before, after) => before != after).Chunk(Samples)];
    }

    private static RewardPipeline Pipeline(FlipOptions options, long seed = 11) =>
        new RewardPipelineBuilder(RewardSchema.Outcome("r", levels: [0, 1]))
            .AddFlip(options)
            .WithWeights(new() { ["r"] = 1 })
            .WithSeed(seed)
            .Build();

    // Five standard errors of a binomial share.
    private static void AssertRate(double rate, bool[] flips)
    {
        double share = flips.Average(f => f ? 1.0 : 0.0),
            error = Math.Sqrt(rate * (1 - rate) / flips.Length);
        TestContext.Current.SendDiagnosticMessage($"flip rate {rate}: {share:f4} over {flips.Length}");
        Assert.InRange(share, rate - 5 * error, rate + 5 * error);
    }
}
