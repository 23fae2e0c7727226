using Rlhf.Generation;
using Rlhf.Models;
using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using Rlhf.Tests.Trainers.Records;
using Rlhf.Tokenizers;
using Rlhf.Trainers.Advantages;
using Rlhf.Trainers.Optimization;
using Rlhf.Trainers.Policy;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Policy;

/// <summary>What a trainer makes of rewards on the way to advantages, and what it warns of.</summary>
public class PolicyTrainerTests
{
    private const int GroupSize = 8;

    private static readonly BpeTokenizer Tokenizer = BpeTrainer.Train(
        ["a b c d"],
        new() { VocabularySize = 257, SpecialTokens = ["<end>"] }
    );

    [Fact]
    public void Step_RewardsWithALargeOffset_GiveTheAdvantagesWithoutIt()
    {
        double?[] plain = Advantages(i => i),
            shifted = Advantages(i => 1e8 + i);
        Assert.Equal(GroupSize, plain.Distinct().Count());
        Assert.All(plain.Zip(shifted), p => Assert.Equal(p.First!.Value, p.Second!.Value, 1e-6));
    }

    [Fact]
    public void Step_RewardThatIsInfiniteInFloat32_IsCountedAsMalformedAndLeftOut()
    {
        using var scope = NewDisposeScope();
        PolicyIteration made = Step(i => i == 3 ? 1e39 : i);
        Assert.Equal(new ScoreFailures(0, 0, 1, 0), made.Scores["r"].Failures);
        Assert.Equal(1, made.Metrics.Single(m => m.Name == "reward/r/invalid").Value);
        Assert.Equal(1, made.Metrics.Single(m => m.Name == "reward/r/left_out").Value);
        Assert.Null(made.Rewards.Returns[3]);
        Assert.False(made.Updates.Single().Skipped);
    }

    [Theory]
    [InlineData(0, 1.0, 0.0, null)]
    [InlineData(20, 1.0, 0.0, "topK 20 (")]
    [InlineData(0, 0.9, 0.0, "topP 0.9 (")]
    [InlineData(0, 1.0, 0.05, "minP 0.05 (")]
    [InlineData(5, 0.95, 0.1, "topK 5 and topP 0.95 and minP 0.1 (")]
    public void Trainer_SamplingThatLeavesTokensOut_WarnsOnce(int topK, double topP, double minP, string? expected)
    {
        using var scope = NewDisposeScope();
        ListLogger log = new();
        using CausalLm policy = Policy();
        PolicyTrainer trainer = Trainer(
            policy,
            i => i,
            new()
            {
                MaxNewTokens = 1,
                TopK = topK,
                TopP = topP,
                MinP = minP,
            },
            log
        );
        trainer.Step([Visit], 1);
        trainer.Step([Visit], 2);
        if (expected is null)
        {
            Assert.Empty(log.Lines);
        }
        else
        {
            string warning = Assert.Single(log.Warnings);
            Assert.Contains(expected, warning, StringComparison.Ordinal);
            Assert.Contains("topK 0, topP 1 and minP 0", warning, StringComparison.Ordinal);
        }
    }

    private static PromptVisit Visit =>
        new(
            0,
            new(
                new()
                {
                    Id = "1",
                    Question = "a",
                    Answer = "a",
                },
                Tokenizer.Encode("a")
            )
        );

    private static double?[] Advantages(Func<int, double> reward)
    {
        using var scope = NewDisposeScope();
        return [.. Step(reward).Rewards.Completions("grpo", 1, 1, GroupSize).Rows.Select(r => r.Advantage)];
    }

    private static PolicyIteration Step(Func<int, double> reward)
    {
        using CausalLm policy = Policy();
        return Trainer(policy, reward, new() { MaxNewTokens = 1, Seed = 1 }, log: null).Step([Visit], 1);
    }

    private static CausalLm Policy() =>
        CausalLm.Create(SmallModel.Llama(Tokenizer.VocabularySize, Tokenizer.FindToken("<end>")!.Value), seed: 1);

    // The reward of the i-th response.
    private static PolicyTrainer Trainer(CausalLm policy, Func<int, double> reward, SamplingOptions sampling, ListLogger? log)
    {
        RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("r")).WithWeights(new() { ["r"] = 1 }).Build();
        AdamWOptimizer optimizer = new(policy.NamedParameters, new() { LearningRate = 1e-3 }, 2);
        return new(
            new()
            {
                Policy = policy,
                Engine = new CausalLmRolloutEngine(policy, Tokenizer),
                Tokenizer = Tokenizer,
                Scorer = new([BatchFunctionRewardSource.Outcome("r", all => [.. all.Select((_, i) => (double?)reward(i))])]),
                Pipeline = pipeline,
                Estimator = new GroupAdvantageOptions().CreateEstimator(pipeline),
                Sampling = sampling,
                GroupSize = GroupSize,
                Logger = log,
            },
            new(policy, optimizer, new GrpoOptions().UpdateSettings())
        );
    }
}
