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

/// <summary>A reward source that scores nothing ends the step that has nothing to learn from.</summary>
public class DeadSourceTests
{
    private static readonly BpeTokenizer Tokenizer = BpeTrainer.Train(
        ["a b c d"],
        new() { VocabularySize = 257, SpecialTokens = ["<end>"] }
    );

    [Fact]
    public void ASourceThatThrowsEverywhere_EndsTheStep_WithItsOwnException()
    {
        RewardSourceException e = Assert.Throws<RewardSourceException>(() => Steps(1, 0, _ => Broken()));
        Assert.Contains("reward source 'mine' could not score any completion", e.Message, StringComparison.Ordinal);
        Assert.Contains("problem 7: NotSupportedException: my bug", e.Message, StringComparison.Ordinal);
        Assert.Contains("4 threw an exception", e.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(Broken), Assert.IsType<NotSupportedException>(e.InnerException).StackTrace!, StringComparison.Ordinal);
    }

    [Fact]
    public void ASourceThatGivesNoScores_EndsTheStep()
    {
        RewardSourceException e = Assert.Throws<RewardSourceException>(() => Steps(1, 0, _ => null));
        Assert.Contains("4 gave no score", e.Message, StringComparison.Ordinal);
        Assert.Null(e.InnerException);
    }

    [Fact]
    public void ToleratedIterations_AreCountedInARow()
    {
        // Iterations 1 and 2 fail, 3 does not, 4 and 5 fail, 6 is one too many.
        Assert.Equal(5, Steps(5, 2, i => i == 3 ? 1 : Broken()));
        RewardSourceException e = Assert.Throws<RewardSourceException>(() => Steps(6, 2, i => i == 3 ? 1 : Broken()));
        Assert.StartsWith("Iteration 6:", e.Message, StringComparison.Ordinal);
        Assert.Contains("3 such iterations in a row", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OneScore_IsEnough_AndAnUnweightedSourceMayDie()
    {
        int calls = 0;
        Assert.Equal(1, Steps(1, 0, _ => Interlocked.Increment(ref calls) == 1 ? 1 : Broken()));
        Assert.Equal(1, Steps(1, 0, _ => Broken(), weight: 0));
    }

    [Fact]
    public void WhereAnotherSourceStandsIn_NothingIsDead()
    {
        Assert.Equal(
            1,
            Steps(
                1,
                0,
                _ => Broken(),
                weight: 0,
                add: b => b.AddPriority(new() { Into = "first", Channels = ["mine", "other"] }).WithWeights(new() { ["first"] = 1 })
            )
        );
    }

    private static double? Broken() => throw new NotSupportedException("my bug");

    private static int Steps(
        int iterations,
        int tolerated,
        Func<int, double?> score,
        double weight = 1,
        Action<RewardPipelineBuilder>? add = null
    )
    {
        using var scope = NewDisposeScope();
        int end = Tokenizer.FindToken("<end>")!.Value,
            iteration = 0;
        using CausalLm policy = CausalLm.Create(SmallModel.Llama(Tokenizer.VocabularySize, end), seed: 1);
        RewardPipelineBuilder builder = new RewardPipelineBuilder(RewardSchema.Outcome("mine").Outcome("other")).WithWeights(
            new() { ["mine"] = weight, ["other"] = 1 - weight }
        );
        add?.Invoke(builder);
        using RewardPipeline pipeline = builder.Build();
        using AdamWOptimizer optimizer = new(policy.NamedParameters, new() { LearningRate = 0.01 }, iterations);
        PolicyUpdate update = new(
            policy,
            optimizer,
            new(new ClippedPolicyLoss(new()), LossAggregation.TokenMean, 2, null, 0, 1, epochs: 1, minibatches: 1, microBatchTokens: 4096)
        );
        PolicyTrainer trainer = new(
            new()
            {
                Policy = policy,
                Engine = new CausalLmRolloutEngine(policy, Tokenizer),
                Tokenizer = Tokenizer,
                Scorer = new([
                    FunctionRewardSource.Outcome("mine", _ => score(iteration)),
                    FunctionRewardSource.Outcome("other", c => c.Text.Length),
                ]),
                Pipeline = pipeline,
                Estimator = new GroupAdvantageOptions().CreateEstimator(pipeline),
                Sampling = new() { MaxNewTokens = 2, StopTokenIds = [end] },
                GroupSize = 4,
                ToleratedInvalidIterations = tolerated,
            },
            update
        );
        Prompt prompt = new(new() { Id = "7", Question = "a" }, Tokenizer.Encode("a"));
        while (iteration < iterations)
        {
            iteration++;
            trainer.Step([new(iteration, prompt)], iteration);
        }

        return iteration;
    }
}
