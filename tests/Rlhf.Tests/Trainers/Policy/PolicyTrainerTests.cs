using Rlhf.Generation;
using Rlhf.Models;
using Rlhf.Rewards;
using Rlhf.Scoring;
using Rlhf.Shaping;
using Rlhf.Tests.Abstractions.Records;
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

    // As a host source's malformed scores are: by number, cause and problem, with one warning.
    [Theory]
    [InlineData(float.NaN, true)]
    [InlineData(float.PositiveInfinity, true)]
    [InlineData(float.NaN, false)]
    public void Step_ScoresOfARewardModelThatAreNotFinite_AreCountedAmongItsFailures(float bad, bool saysValid)
    {
        using var scope = NewDisposeScope();
        using CausalLm policy = Policy();
        ListLogger log = new();
        PolicyTrainer trainer = Trainer(
            policy,
            i => i,
            new() { MaxNewTokens = 1, Seed = 1 },
            log,
            new TensorModel(i => i is 2 or 5 ? bad : i, i => saysValid || i is not (2 or 5))
        );
        PolicyIteration made = trainer.Step([Visit], 1);
        trainer.Step([Visit], 2);
        Assert.Equal(saysValid ? new ScoreFailures(0, 0, 2, 0) : new(0, 0, 0, 2), made.Scores["m"].Failures);
        Assert.Equal(default, made.Scores["r"].Failures);
        Assert.Equal("1", made.Scores["m"].FirstFailure!.ProblemId);
        Assert.Equal([0, 1, null, 3, 4, null, 6, 7], made.Scores["m"].Values.Select(v => v.Single()));
        Assert.Equal(2, made.Metrics.Single(m => m.Name == "reward/m/invalid").Value);
        Assert.All(made.Rewards.Returns.Index(), r => Assert.Equal(r.Index is 2 or 5, r.Item is null));
        string[] warnings = [.. log.Warnings.Where(w => w.Contains("could not score", StringComparison.Ordinal))];
        Assert.Equal(saysValid ? 1 : 0, warnings.Length);
        Assert.All(
            warnings,
            w => Assert.Contains("Reward source m could not score a completion of problem 1 (Malformed", w, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Step_ARewardModelThatScoresNothing_EndsTheRunWithItsFailures()
    {
        using var scope = NewDisposeScope();
        using CausalLm policy = Policy();
        PolicyTrainer trainer = Trainer(policy, i => i, new() { MaxNewTokens = 1 }, null, new TensorModel(_ => float.NaN, _ => true));
        string message = Assert.Throws<RewardSourceException>(() => trainer.Step([Visit], 1)).Message;
        Assert.Contains(
            $"reward source 'm' could not score any completion, which leaves nothing to learn from: {GroupSize} gave malformed scores. The first one: problem 1: its score is not finite",
            message,
            StringComparison.Ordinal
        );
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
    private static PolicyTrainer Trainer(
        CausalLm policy,
        Func<int, double> reward,
        SamplingOptions sampling,
        ListLogger? log,
        ITensorRewardSource? model = null
    )
    {
        RewardSchema schema = model is null ? RewardSchema.Outcome("r") : RewardSchema.Outcome("r").Source(model);
        Dictionary<string, double> weights = new() { ["r"] = 1 };
        if (model is not null)
        {
            weights[model.Name] = 1;
        }

        RewardPipeline pipeline = new RewardPipelineBuilder(schema).WithWeights(weights).Build();
        AdamWOptimizer optimizer = new(policy.NamedParameters, new() { LearningRate = 1e-3 }, 2);
        return new(
            new()
            {
                Policy = policy,
                Engine = new CausalLmRolloutEngine(policy, Tokenizer),
                Tokenizer = Tokenizer,
                Scorer = new([BatchFunctionRewardSource.Outcome("r", all => [.. all.Select((_, i) => (double?)reward(i))])]),
                ModelRewardSources = model is null ? [] : [model],
                Pipeline = pipeline,
                Estimator = new GroupAdvantageOptions().CreateEstimator(pipeline),
                Sampling = sampling,
                GroupSize = GroupSize,
                Logger = log,
            },
            new(policy, optimizer, new GrpoOptions().UpdateSettings())
        );
    }

    // Gives the i-th completion a score.
    private sealed class TensorModel(Func<int, float> score, Func<int, bool> valid) : ITensorRewardSource
    {
        public string Name => "m";

        public RewardGranularity Granularity => RewardGranularity.Outcome;

        public IReadOnlyList<RewardChannel> Score(
            IReadOnlyList<Completion> completions,
            BatchLayout layout,
            ScalarType type,
            CancellationToken cancellationToken = default
        ) =>
            [
                new(
                    Name,
                    Granularity,
                    tensor([.. completions.Select((_, i) => score(i))]).to_type(type),
                    tensor([.. completions.Select((_, i) => valid(i))])
                ),
            ];
    }
}
