// begin
using Rlhf;
using Rlhf.Generation;
using Rlhf.Models;
using Rlhf.Rewards;
using Rlhf.Scoring;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using Rlhf.Text;
using Rlhf.Tokenizers;
using Rlhf.Trainers.Advantages;
using Rlhf.Verification;
using static TorchSharp.torch;

// end
namespace Rlhf.Tests.Readme;

/// <summary>The README's library example between its marks, which a test compares with the page and runs.</summary>
internal static class ReadmeExample
{
    public static (ShapedRewards Shaped, AdvantageEstimates Advantages, int Rows) Run(string folder)
    {
        // begin
        using CausalLm policy = CausalLm.Load(folder);
        BpeTokenizer tokenizer = BpeTokenizer.Load(folder);
        var engine = new CausalLmRolloutEngine(policy, tokenizer);
        var problem = new Problem
        {
            Id = "1",
            Question = "What is 7 * 6 - 2?",
            Answer = "40",
        };
        var prompt = new Prompt(problem, tokenizer.Encode(problem.Question));
        var sampling = new SamplingOptions { MaxNewTokens = 32, StopTokenIds = policy.Config.EosTokenIds };
        var responses = engine.Generate([new(prompt.TokenIds, visitId: 0, samples: 8)], sampling);
        Rollout[] rollouts = [.. responses.Select(r => Rollout.Create(prompt, r, tokenizer, new StepOptions()))];
        RolloutBatch batch = RolloutBatch.Create(rollouts, policy.Device);

        var scorer = new RewardScorer([Verifiers.LastNumber(), Verifiers.ArithmeticSteps()]);
        RewardScores scores = scorer.Score([.. rollouts.Select(r => r.Completion)]);
        using RewardPipeline rewards = new RewardPipelineBuilder(
            RewardSchema.Outcome("verifier", levels: [0, 1]).Outcome("verifier.answered").Steps("process")
        )
            .AddClip(new() { Channel = "process", Threshold = 0.7 })
            .AddDelta(new() { Channel = "process" })
            .WithWeights(new() { ["verifier"] = 1, ["process"] = 0.02 })
            .Build();
        var raw = new RewardFrame(batch.Layout, scores.ToChannels(batch.Layout, policy.Device, ScalarType.Float64));
        ShapedRewards shaped = rewards.Apply(raw, training: true, iteration: 1);
        var advantages = new GroupAdvantageOptions { Credit = Credit.Episode }
            .CreateEstimator(rewards)
            .Estimate(shaped);
        // end
        return (shaped, advantages, batch.Rows.Count);
    }
}
