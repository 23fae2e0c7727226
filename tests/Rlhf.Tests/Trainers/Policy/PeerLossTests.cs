using System.Text.Json;
using Rlhf.Metrics;
using Rlhf.Models;
using Rlhf.Records;
using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using Rlhf.Tests.Shaping;
using Rlhf.Trainers.Policy;
using TorchSharp.Modules;
using static Rlhf.Tests.Trainers.PeerValues;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Policy;

/// <summary>Losses, KL estimators, entropy and rewards of length against what the peers' own functions gave, in double.</summary>
public class PeerLossTests
{
    private const double Exact = 1e-9;

    // verl, NeMo RL, OpenRLHF and ROLL add up to 1e-8 to the denominators of sequences.
    private const double Denominator = 1e-8;

    // AReaL, OpenRLHF and slime compute part of it in float32.
    private const double Float32 = 1e-6;

    private const int MaxResponseLength = 7;

    public static TheoryData<string, string, LossAggregation, double?, KlEstimator?> Losses() =>
        new()
        {
            { "verl/policy_loss_vanilla/token-mean", "adv_token", LossAggregation.TokenMean, 3, null },
            { "verl/policy_loss_vanilla/seq-mean-token-mean", "adv_token", LossAggregation.SequenceMeanTokenMean, 3, null },
            { "verl/policy_loss_vanilla/seq-mean-token-sum-norm", "adv_token", LossAggregation.SequenceMeanTokenSumNorm, 3, null },
            { "openrlhf/PolicyLoss/ppo_token", "adv_token", LossAggregation.TokenMean, null, null },
            { "openrlhf/PolicyLoss/ppo_dual_token", "adv_token", LossAggregation.TokenMean, 3, null },
            { "openrlhf/PolicyLoss/ppo_seq", "adv_token", LossAggregation.SequenceMeanTokenMean, null, null },
            { "openrlhf/PolicyLoss/ppo_dual_seq", "adv_token", LossAggregation.SequenceMeanTokenMean, 3, null },
            { "trl/grpo_loss/grpo_token", "adv_seq", LossAggregation.SequenceMeanTokenMean, null, null },
            { "trl/grpo_loss/bnpo_token", "adv_seq", LossAggregation.TokenMean, null, null },
            { "trl/grpo_loss/dr_grpo_token", "adv_seq", LossAggregation.SequenceMeanTokenSumNorm, null, null },
            { "trl/grpo_loss/dapo_token", "adv_seq", LossAggregation.TokenMean, null, null },
            { "trl/grpo_loss/grpo_delta2_beta0.05", "adv_seq", LossAggregation.SequenceMeanTokenMean, 2, KlEstimator.K3 },
            { "trl/grpo_loss/grpo_beta_biascorrKL", "adv_seq", LossAggregation.SequenceMeanTokenMean, null, KlEstimator.K3Ratio },
            { "areal/ppo_actor_loss_fn/token_dualNone", "adv_token", LossAggregation.TokenMean, null, null },
            { "areal/ppo_actor_loss_fn/token_dual3.0", "adv_token", LossAggregation.TokenMean, 3, null },
            { "nemo_rl/ClippedPGLossFn/ppo", "adv_token", LossAggregation.TokenMean, null, null },
            { "nemo_rl/ClippedPGLossFn/ppo_dual", "adv_token", LossAggregation.TokenMean, 3, null },
            { "nemo_rl/ClippedPGLossFn/seq_level_loss", "adv_token", LossAggregation.SequenceMeanTokenMean, null, null },
        };

    [Theory]
    [MemberData(nameof(Losses))]
    public void ClippedLoss_PeersInputs_GivesThePeersLossAndGradient(
        string peer,
        string advantages,
        LossAggregation aggregation,
        double? dualClip,
        KlEstimator? kl
    )
    {
        using var scope = NewDisposeScope();
        Tensor logProbs = Matrix("new_logp").requires_grad_(true);
        Tensor loss = Loss(logProbs, advantages, aggregation, Input("clip_high").GetDouble(), dualClip, kl);
        loss.backward();
        AssertEqual(peer, tensor(Of(peer).GetProperty("loss").GetDouble()), loss.detach(), Exact);
        AssertEqual(
            $"{peer}, gradient",
            Matrix(Of(peer).GetProperty("grad")),
            logProbs.grad!,
            aggregation == LossAggregation.SequenceMeanTokenMean ? Denominator : Exact
        );
    }

    // Without the gradient: torchtune's value has none here, and NeMo RL's k3 has the gradient of k2.
    [Theory]
    [InlineData("torchtune/PPOLoss", "policy", 0.2, null)]
    [InlineData("nemo_rl/ClippedPGLossFn/kl_k3", "loss", 0.28, KlEstimator.K3)]
    public void ClippedLoss_PeersInputs_GivesThePeersLoss(string peer, string field, double clipHigh, KlEstimator? kl)
    {
        using var scope = NewDisposeScope();
        AssertEqual(
            peer,
            tensor(Of(peer).GetProperty(field).GetDouble()),
            Loss(Matrix("new_logp"), "adv_token", LossAggregation.TokenMean, clipHigh, null, kl),
            Exact
        );
    }

    [Fact]
    public void ClippedLoss_OfTokens_AndItsClippedShareAreThePeers()
    {
        using var scope = NewDisposeScope();
        using MetricSink metrics = new();
        const string Peer = "slime/compute_policy_loss/dual";
        Tensor loss = PerToken(
            Matrix("new_logp"),
            Matrix("old_logp"),
            "adv_token",
            Mask("mask_gap"),
            Input("clip_high").GetDouble(),
            3,
            metrics
        );
        AssertEqual(Peer, Matrix(Of(Peer).GetProperty("loss_mat")), loss, Float32);
        Assert.Equal(
            Of("openrlhf/PolicyLoss/ppo_dual_token").GetProperty("clip_ratio").GetDouble(),
            metrics.Read().Single(m => m.Name == MetricNames.PolicyClipFraction).Value,
            Exact
        );
    }

    [Theory]
    [InlineData("verl/masked_mean/pad", "all", LossAggregation.TokenMean, "mask_pad")]
    [InlineData("verl/masked_mean/gap", "all", LossAggregation.TokenMean, "mask_gap")]
    [InlineData("verl/agg_loss/token-mean", "loss", LossAggregation.TokenMean, "mask_gap")]
    [InlineData("verl/agg_loss/seq-mean-token-sum", "loss", LossAggregation.SequenceMeanTokenSum, "mask_gap")]
    [InlineData("verl/agg_loss/seq-mean-token-sum-norm", "loss", LossAggregation.SequenceMeanTokenSumNorm, "mask_gap")]
    [InlineData("verl/agg_loss/seq-mean-token-mean", "loss", LossAggregation.SequenceMeanTokenMean, "mask_gap")]
    [InlineData("verl/agg_loss_empty_row/token-mean", "loss", LossAggregation.TokenMean, "mask_with_empty_row")]
    [InlineData("verl/agg_loss_empty_row/seq-mean-token-sum", "loss", LossAggregation.SequenceMeanTokenSum, "mask_with_empty_row")]
    [InlineData("verl/agg_loss_empty_row/seq-mean-token-sum-norm", "loss", LossAggregation.SequenceMeanTokenSumNorm, "mask_with_empty_row")]
    [InlineData("verl/agg_loss_empty_row/seq-mean-token-mean", "loss", LossAggregation.SequenceMeanTokenMean, "mask_with_empty_row")]
    [InlineData("roll/agg_loss/seq-mean-token-sum", "loss", LossAggregation.SequenceMeanTokenSum, "mask_gap")]
    [InlineData("roll/agg_loss/seq-mean-token-mean", "loss", LossAggregation.SequenceMeanTokenMean, "mask_gap")]
    public void LossWeights_PeersInputs_GiveThePeersMean(string peer, string field, LossAggregation aggregation, string mask)
    {
        using var scope = NewDisposeScope();
        Tensor mean = Matrix("adv_token").mul(LossWeights.Compute(aggregation, Mask(mask), MaxResponseLength)).sum();
        AssertEqual(peer, tensor(Of(peer).GetProperty(field).GetDouble()), mean, Denominator);
    }

    public static TheoryData<string, KlForm, string, double> Divergences()
    {
        TheoryData<string, KlForm, string, double> cases = new()
        {
            { "verl/kl_penalty/abs", KlForm.Absolute, "new_logp", Exact },
            { "verl/kl_penalty/k1+", KlForm.K1, "new_logp", Exact },
            { "verl/kl_penalty/k3+", KlForm.K3, "new_logp", Exact },
            { "slime/compute_approx_kl/low_var_kl", KlForm.K3, "new_logp", Float32 },
            { "trl/ppo_rewards_and_gae/k1", KlForm.K1, "old_logp", Exact },
            { "trl/ppo_rewards_and_gae/k3", KlForm.K3, "old_logp", Exact },
            { "torchtune/get_rewards_ppo", KlForm.K1, "old_logp", Exact },
        };
        foreach (KlForm form in (KlForm[])[KlForm.K1, KlForm.K2, KlForm.K3])
        {
            string name = form.ToString().ToLowerInvariant();
            cases.Add($"verl/kl_penalty/{name}", form, "new_logp", Exact);
            cases.Add($"nemo_rl/calculate_kl/{name}", form, "new_logp", Exact);
            cases.Add($"openrlhf/compute_approx_kl/{name}", form, "new_logp", Float32);
            cases.Add($"areal/KLEstimator/{name}", form, "new_logp", Float32);
            cases.Add($"slime/compute_approx_kl/{name}", form, "new_logp", Float32);
        }

        return cases;
    }

    // As a reward, and, for the estimators that a loss may have, as a penalty; verl's with its gradient.
    [Theory]
    [MemberData(nameof(Divergences))]
    public void Kl_PeersInputs_GivesThePeersValues(string peer, KlForm form, string policy, double tolerance)
    {
        using var scope = NewDisposeScope();
        Tensor mask = Mask("mask_gap"),
            expected = Matrix(Of(peer).GetProperty("kl")).mul(mask),
            zero = zeros([8], ScalarType.Float64);
        BatchLayout layout = new RewardBatch { StepCounts = new int[8] }.Layout() with
        {
            ActionMask = mask,
            ResponseMask = mask,
            PolicyLogProbs = Matrix(policy),
            ReferenceLogProbs = Matrix("ref_logp"),
        };
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("reward"))
            .AddKl(new() { Form = form, ValueClamp = null })
            .WithWeights(new() { ["kl"] = 1 })
            .Build();
        RewardFrame shaped = pipeline
            .Apply(
                new(layout, [new("reward", RewardGranularity.Outcome, zero, ones_like(zero, ScalarType.Bool))]),
                training: true,
                iteration: 0
            )
            .Shaped;
        AssertEqual(peer, expected, shaped["kl"].Values.neg(), tolerance);
        if (form is KlForm.K2 or KlForm.K3)
        {
            Tensor logProbs = Matrix(policy).requires_grad_(true);
            Tensor penalty = KlPenalty.PerToken(
                form == KlForm.K2 ? KlEstimator.K2 : KlEstimator.K3,
                logProbs,
                Matrix("old_logp"),
                Matrix("ref_logp"),
                clampValue: 10
            );
            AssertEqual(peer, expected, penalty.detach().mul(mask), tolerance);
            if (Of(peer).TryGetProperty("grad", out JsonElement gradient) && !peer.EndsWith('+'))
            {
                penalty.sum().backward();
                AssertEqual($"{peer}, gradient", Matrix(gradient), logProbs.grad!, tolerance);
            }
        }
    }

    [Theory]
    [InlineData("verl/entropy_and_logprobs")]
    [InlineData("trl/entropy_logp")]
    public void LogProbsAndEntropy_PeersInputs_GiveThePeersValues(string peer)
    {
        using var scope = NewDisposeScope();
        Tensor logits = stack([.. Input("logits").EnumerateArray().Select(Matrix)]).view(-1, 11),
            labels = Matrix("labels").to(ScalarType.Int64).flatten();
        (Tensor logProbs, Tensor? entropy) = TokenLogProbs.Compute(
            new LogitsAsHidden(),
            logits,
            labels,
            temperature: 1,
            EntropyOutput.Measured
        );
        AssertEqual(peer, Matrix(Of(peer).GetProperty("logp")).flatten(), logProbs, Exact);
        AssertEqual(peer, Matrix(Of(peer).GetProperty("entropy")).flatten(), entropy!, Exact);
    }

    [Fact]
    public void RewardsOfLengthAndRepetition_PeersInputs_GiveThePeersValues()
    {
        JsonElement rewards = Of("trl/rewards"),
            cosine = Of("trl/cosine_scaled_reward"),
            capped = Of("openrlhf/length_penalty");
        JsonElement overlong = rewards.GetProperty("overlong"),
            repetition = rewards.GetProperty("repetition");
        AssertCase(
            new
            {
                kind = "soft_overlong",
                options = new { max_length = overlong.GetProperty("max_completion_len"), cache = overlong.GetProperty("cache") },
                inputs = new { lengths = overlong.GetProperty("lengths") },
                expected = new { penalty = overlong.GetProperty("out") },
            }
        );

        // OpenRLHF adds its penalty to a reward of 1.
        AssertCase(
            new
            {
                kind = "soft_overlong",
                options = new { max_length = capped.GetProperty("max_new_tokens"), cache = capped.GetProperty("buffer") },
                inputs = new { lengths = capped.GetProperty("lengths") },
                expected = new { penalty = capped.GetProperty("rewards").EnumerateArray().Select(r => r.GetDouble() - 1) },
            }
        );
        AssertCase(
            new
            {
                kind = "repetition_penalty",
                options = new { ngram = repetition.GetProperty("ngram"), max_penalty = repetition.GetProperty("max_penalty") },
                inputs = new { token_ids = repetition.GetProperty("ids") },
                expected = new { penalty = repetition.GetProperty("out") },
            }
        );
        AssertCase(
            new
            {
                kind = "cosine_length",
                options = new { max_len = cosine.GetProperty("max_len") },
                inputs = new { lengths = cosine.GetProperty("lengths"), correct = cosine.GetProperty("correct") },
                expected = new { reward = cosine.GetProperty("out") },
            }
        );
    }

    private static void AssertCase(object shapingCase)
    {
        JsonElement row = JsonSerializer.SerializeToElement(shapingCase);
        Assert.Null(ShapingCases.Kinds[row.GetProperty("kind").GetString()!](row));
    }

    private static Tensor Loss(
        Tensor logProbs,
        string advantages,
        LossAggregation aggregation,
        double clipHigh,
        double? dualClip,
        KlEstimator? kl
    )
    {
        using TorchSharp.Scalar coefficient = Input("kl_coef").GetDouble();
        Tensor old = Matrix("old_logp"),
            mask = Mask("mask_gap");
        Tensor perToken = PerToken(logProbs, old, advantages, mask, clipHigh, dualClip);
        if (kl is { } estimator)
        {
            perToken = perToken + KlPenalty.PerToken(estimator, logProbs, old, Matrix("ref_logp"), clampValue: null).mul(coefficient);
        }

        return perToken.mul(LossWeights.Compute(aggregation, mask, MaxResponseLength)).sum();
    }

    private static Tensor PerToken(
        Tensor logProbs,
        Tensor old,
        string advantages,
        Tensor mask,
        double clipHigh,
        double? dualClip,
        MetricSink? sink = null
    )
    {
        Tensor a = advantages == "adv_seq" ? Vector(Input(advantages)).unsqueeze(1).expand_as(mask) : Matrix(advantages);
        using MetricSink metrics = new();
        return new ClippedPolicyLoss(new() { ClipHigh = clipHigh, DualClip = dualClip }).PerToken(
            new(logProbs, old, a, mask),
            sink ?? metrics
        );
    }

    /// <summary>A head that gives its input back.</summary>
    private sealed class LogitsAsHidden : ICausalLm
    {
        public CausalLmShape Shape => new(1, 11, 1, 1, 11, 11, 5);

        public Device Device => CPU;

        public ScalarType ComputeType => ScalarType.Float64;

        public IReadOnlyList<(string Name, Parameter Value)> NamedParameters => [];

        public Tensor Trunk(Tensor tokenIds, AttentionLayout layout) => throw new NotSupportedException();

        public Tensor Head(Tensor hidden) => hidden;

        public void Dispose() { }
    }
}
