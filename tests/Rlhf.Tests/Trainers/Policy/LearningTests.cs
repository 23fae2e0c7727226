using Rlhf.Generation;
using Rlhf.Models;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using Rlhf.Tokenizers;
using Rlhf.Trainers.Advantages;
using Rlhf.Trainers.Optimization;
using Rlhf.Trainers.Policy;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Policy;

/// <summary>Small tasks that the trainer must learn, whatever the seed, the credit and the stages.</summary>
[Trait("Category", "Long")]
public class LearningTests(ITestOutputHelper output)
{
    private const int Iterations = 60;
    private const int Seeds = 5;

    [Theory]
    [InlineData(Credit.Episode, false)]
    [InlineData(Credit.ReturnToGo, false)]
    [InlineData(Credit.StepNormalised, false)]
    [InlineData(Credit.Episode, true)]
    public void LettersThatAreRewarded_BecomeNearlyAllThatIsWritten(Credit credit, bool noisy)
    {
        LongTests.RequireEnabled();
        for (int seed = 1; seed <= Seeds; seed++)
        {
            (double first, double last) = Learn(seed, credit, noisy);
            output.WriteLine($"{credit}{(noisy ? ", 20 % of the rewards flipped" : "")}, seed {seed}: {first:F2} to {last:F2}");
            Assert.InRange(first, 0, 0.6);
            Assert.InRange(last, 0.9, 1);
        }
    }

    // The share of responses whose first letter is a vowel: rewarded as an outcome, or as a step reward of each line.
    private static (double First, double Last) Learn(int seed, Credit credit, bool noisy)
    {
        BpeTokenizer tokenizer = BpeTrainer.Train(["a e i o u b c d f g"], new() { VocabularySize = 257, SpecialTokens = ["<end>"] });
        using CausalLm policy = CausalLm.Create(
            SmallModel.Llama(tokenizer.VocabularySize, tokenizer.FindToken("<end>")!.Value, hidden: 32),
            seed
        );
        bool bySteps = credit != Credit.Episode;
        static double Vowel(string text) => text.Length > 0 && "aeiou".Contains(text[0], StringComparison.Ordinal) ? 1 : 0;
        IRewardSource source = bySteps
            ? FunctionRewardSource.Steps("vowel", c => [.. c.Steps.Select(s => (double?)Vowel(s))])
            : FunctionRewardSource.Outcome("vowel", c => Vowel(c.Text));
        RewardPipelineBuilder builder = new RewardPipelineBuilder(
            bySteps ? RewardSchema.Steps("vowel") : RewardSchema.Outcome("vowel", levels: [0, 1])
        ).WithSeed(seed);
        if (noisy)
        {
            builder.AddFlip(
                new()
                {
                    Channel = "vowel",
                    FalsePositiveRate = 0.2,
                    FalseNegativeRate = 0.2,
                }
            );
        }

        using RewardPipeline pipeline = builder.WithWeights(new() { ["vowel"] = 1 }).Build();
        using AdamWOptimizer optimizer = new(policy.NamedParameters, new() { LearningRate = 0.01 }, Iterations);
        PolicyUpdate update = new(
            policy,
            optimizer,
            new(new ClippedPolicyLoss(new()), LossAggregation.TokenMean, 8, null, 0, 1, epochs: 1, minibatches: 1, microBatchTokens: 4096)
        );
        PolicyTrainer trainer = new(
            new()
            {
                Policy = policy,
                Engine = new CausalLmRolloutEngine(policy, tokenizer),
                Tokenizer = tokenizer,
                Scorer = new([source]),
                Pipeline = pipeline,
                Estimator = new GroupAdvantageOptions { Credit = credit }.CreateEstimator(pipeline),
                Sampling = new()
                {
                    MaxNewTokens = 2,
                    StopTokenIds = policy.Config.EosTokenIds,
                    Seed = seed,
                },
                GroupSize = 16,
                Steps = new() { Delimiter = "\n" },
            },
            update
        );
        Problem problem = new()
        {
            Id = "1",
            Question = "a",
            Answer = "a",
        };
        Prompt prompt = new(problem, tokenizer.Encode("a"));
        double[] shares = new double[Iterations];
        for (int i = 0; i < Iterations; i++)
        {
            PolicyIteration made = trainer.Step([.. Enumerable.Range(0, 8).Select(v => new PromptVisit(8 * i + v, prompt))], i + 1);
            shares[i] = made.Rows.Average(r => Vowel(r.Text));
        }

        return (shares[..5].Average(), shares[^5..].Average());
    }
}
