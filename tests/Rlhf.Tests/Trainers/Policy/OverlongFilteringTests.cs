using Rlhf.Models;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using Rlhf.Tokenizers;
using Rlhf.Trainers.Advantages;
using Rlhf.Trainers.Optimization;
using Rlhf.Trainers.Policy;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Policy;

/// <summary>Responses that were cut off and have no loss.</summary>
public class OverlongFilteringTests
{
    private static readonly BpeTokenizer Tokenizer = BpeTrainer.Train(
        ["a b c d"],
        new() { VocabularySize = 257, SpecialTokens = ["<end>"] }
    );

    [Fact]
    public void WhatWasCutOff_DoesNotMoveThePolicy_ButItsRewardMovesTheBaseline()
    {
        using var scope = NewDisposeScope();
        (float[] weights, double loss) = Update(filtering: true, "ac", reward: 0);
        (float[] otherWeights, double otherLoss) = Update(filtering: true, "bd", reward: 0);
        Assert.Equal(weights, otherWeights);
        Assert.Equal(loss, otherLoss);
        Assert.NotEqual(loss, Update(filtering: true, "ac", reward: 1).Loss);
        Assert.NotEqual(Update(filtering: false, "ac", reward: 0).Weights, Update(filtering: false, "bd", reward: 0).Weights);
    }

    [Fact]
    public void TogetherWithThePenaltyOfLength_ItIsRefused()
    {
        using var scope = NewDisposeScope();
        RewardPipelineException e = Assert.Throws<RewardPipelineException>(() =>
            Update(filtering: true, "ac", 0, b => b.AddSoftOverlong(new() { MaxLength = 2, Cache = 1 }))
        );
        Assert.Contains("stage 'soft_overlong'", e.Message, StringComparison.Ordinal);
        Assert.Contains("the phase's overlongFiltering", e.Message, StringComparison.Ordinal);
        Update(filtering: false, "ac", 0, b => b.AddSoftOverlong(new() { MaxLength = 2, Cache = 1 }));
    }

    // One optimizer step on three responses, the last of them cut off.
    private static (float[] Weights, double Loss) Update(
        bool filtering,
        string cutOff,
        double reward,
        Action<RewardPipelineBuilder>? add = null
    )
    {
        int end = Tokenizer.FindToken("<end>")!.Value;
        using CausalLm policy = CausalLm.Create(SmallModel.Llama(Tokenizer.VocabularySize, end), seed: 1);
        RewardPipelineBuilder builder = new RewardPipelineBuilder(RewardSchema.Outcome("r", levels: [0, 1])).WithWeights(
            new() { ["r"] = 1 }
        );
        add?.Invoke(builder);
        using RewardPipeline pipeline = builder.Build();
        using AdamWOptimizer optimizer = new(policy.NamedParameters, new() { LearningRate = 0.01 }, 1);
        PolicyUpdate update = new(
            policy,
            optimizer,
            new(
                new ClippedPolicyLoss(new()),
                LossAggregation.SequenceMeanTokenSum,
                2,
                null,
                0,
                1,
                epochs: 1,
                minibatches: 1,
                microBatchTokens: 4096
            )
        );
        PolicyTrainer trainer = new(
            new()
            {
                Policy = policy,
                Engine = new FixedResponses([("a", true), ("b", true), (cutOff, false)], end),
                Tokenizer = Tokenizer,
                Scorer = new([
                    FunctionRewardSource.Outcome(
                        "r",
                        c =>
                            c.Truncated ? reward
                            : c.Text == "a" ? 1
                            : 0
                    ),
                ]),
                Pipeline = pipeline,
                Estimator = new GroupAdvantageOptions().CreateEstimator(pipeline),
                Sampling = new() { MaxNewTokens = 2, StopTokenIds = [end] },
                GroupSize = 3,
                OverlongFiltering = filtering,
            },
            update
        );
        PolicyIteration made = trainer.Step(
            [
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
                ),
            ],
            1
        );
        return ([.. policy.NamedParameters.SelectMany(p => p.Value.data<float>().ToArray())], made.Updates[0].Loss);
    }

    private sealed class FixedResponses((string Text, bool Ends)[] responses, int end) : IRolloutEngine
    {
        public IReadOnlyList<RolloutSequence> Generate(
            IReadOnlyList<RolloutRequest> requests,
            SamplingOptions options,
            IProgress<RolloutProgress>? progress = null,
            CancellationToken cancellationToken = default
        ) =>
            [
                .. responses.Select(
                    (r, i) =>
                    {
                        int[] ids = [.. Tokenizer.Encode(r.Text), .. r.Ends ? (int[])[end] : []];
                        return new RolloutSequence(
                            0,
                            i,
                            ids,
                            [.. ids.Select(_ => -5.5f)],
                            r.Ends ? FinishReason.StopToken : FinishReason.Length,
                            r.Text
                        );
                    }
                ),
            ];
    }
}
