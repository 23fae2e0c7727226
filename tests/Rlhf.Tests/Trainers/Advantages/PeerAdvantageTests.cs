using System.Text.Json;
using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using Rlhf.Trainers.Advantages;
using static Rlhf.Tests.Trainers.PeerValues;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Advantages;

/// <summary>Our options against what the peers' own functions gave (<see cref="PeerValues"/>).</summary>
public class PeerAdvantageTests
{
    // AReaL, NeMo RL and verl's vectorised form compute part of it in float32.
    private const double Float32 = 1e-7;

    public static TheoryData<string, string, GroupAdvantageOptions, double> Peers()
    {
        GroupAdvantageOptions drGrpo = new() { Scale = AdvantageScale.None },
            rloo = drGrpo.With(new { LeaveOneOut = true });
        TheoryData<string, string, GroupAdvantageOptions, double> cases = [];
        foreach (string mask in (string[])["pad", "gap"])
        {
            foreach ((string reward, string input) in (ReadOnlySpan<(string, string)>)[("r", "reward"), ("tie", "reward_tie")])
            {
                cases.Add($"verl/adv_grpo/{reward}_{mask}", input, new(), 1e-9);
                cases.Add($"verl/adv_grpo_vectorized/{reward}_{mask}", input, new(), Float32);
                cases.Add($"verl/adv_dr_grpo/{reward}_{mask}", input, drGrpo, 1e-9);
                cases.Add($"verl/adv_rloo/{reward}_{mask}", input, rloo, 1e-9);
                cases.Add($"verl/adv_rloo_vectorized/{reward}_{mask}", input, rloo, 1e-9);
            }
        }

        cases.Add("trl/grpo_advantages/sum_then_normalize_group_plain", "two_rewards", new() { Epsilon = 1e-4 }, 1e-9);
        cases.Add(
            "trl/grpo_advantages/sum_then_normalize_batch_plain",
            "two_rewards",
            new() { Epsilon = 1e-4, Scale = AdvantageScale.BatchStd },
            1e-9
        );
        cases.Add("trl/grpo_advantages/sum_then_normalize_none_plain", "two_rewards", drGrpo, 1e-9);
        cases.Add("trl/grpo_advantages/sum_then_normalize_group_nan", "two_rewards_nan", new() { Epsilon = 1e-4 }, 1e-9);
        cases.Add(
            "trl/grpo_advantages/sum_then_normalize_batch_nan",
            "two_rewards_nan",
            new() { Epsilon = 1e-4, Scale = AdvantageScale.BatchStd },
            1e-9
        );
        cases.Add("trl/grpo_advantages/sum_then_normalize_none_nan", "two_rewards_nan", drGrpo, 1e-9);
        cases.Add("trl/rloo_advantages/normalize_False", "reward", rloo, 1e-9);
        cases.Add("areal/Normalization/mean_group_std_group_looFalse_unbiasedTrue", "reward", new() { Epsilon = 1e-5 }, Float32);
        cases.Add("areal/Normalization/mean_group_std_group_looFalse_unbiasedFalse", "reward", new() { Epsilon = 1e-5, Ddof = 0 }, Float32);
        cases.Add("areal/Normalization/mean_group_std_None_looFalse_unbiasedTrue", "reward", drGrpo, Float32);
        cases.Add("areal/Normalization/mean_group_std_None_looTrue_unbiasedTrue", "reward", rloo, Float32);
        cases.Add("nemo_rl/GRPOAdvantageEstimator/looFalse", "reward", new(), Float32);
        cases.Add("roll/reward_norm/mean_group_std_group", "reward", new(), 1e-9);
        cases.Add("roll/reward_norm/mean_group_std_batch", "reward", new() { Scale = AdvantageScale.BatchStd }, 1e-9);
        cases.Add("roll/reward_norm/mean_group_std_None", "reward", drGrpo, 1e-9);
        cases.Add("understand_r1_zero/compute_monte_carlo_advantages/grpo", "reward", new() { Epsilon = 1e-8 }, 1e-9);
        cases.Add("understand_r1_zero/compute_monte_carlo_advantages/drgrpo", "reward", drGrpo, 1e-9);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Peers))]
    public void EpisodeCredit_PeersInputs_GivesThePeersAdvantages(
        string peer,
        string input,
        GroupAdvantageOptions options,
        double tolerance
    )
    {
        using var scope = NewDisposeScope();
        JsonElement value = Of(peer),
            expected = value.TryGetProperty("adv", out JsonElement adv) ? adv : value.GetProperty("x");
        Tensor mask = Mask(peer.EndsWith("gap", StringComparison.Ordinal) ? "mask_gap" : "mask_pad");
        RewardFrame frame = Rewards(input, mask);
        using RewardPipeline pipeline = Sum(Builder(frame), frame).Build();
        AdvantageEstimates result = options.CreateEstimator(pipeline).Estimate(pipeline.Apply(frame, training: true, iteration: 0));
        Tensor reference = expected[0].ValueKind == JsonValueKind.Array ? Matrix(expected) : Vector(expected).unsqueeze(1).mul(mask);
        AssertEqual(peer, reference, result.Values, tolerance);
    }

    // Each of two rewards normalised in its group, then their weighted sum in the batch (GDPO); a reward alone in the batch.
    [Theory]
    [InlineData("trl/grpo_advantages/normalize_then_sum_group_plain", "adv", "two_rewards", 1e-4, 1e-4, 1e-9)]
    [InlineData("trl/grpo_advantages/normalize_then_sum_group_nan", "adv", "two_rewards_nan", 1e-4, 1e-4, 1e-9)]
    [InlineData("nemo_rl/GDPO", "adv", "two_rewards", 1e-6, 1e-8, Float32)]
    [InlineData("areal/Normalization/mean_batch_std_batch_looFalse_unbiasedTrue", "x", "reward", 0, 1e-5, Float32)]
    [InlineData("roll/reward_norm/mean_batch_std_batch", "x", "reward", 0, 1e-6, 1e-9)]
    public void NormaliseStages_PeersInputs_GiveThePeersAdvantages(
        string peer,
        string field,
        string input,
        double groupEpsilon,
        double epsilon,
        double tolerance
    )
    {
        using var scope = NewDisposeScope();
        RewardFrame frame = Rewards(input, Mask("mask_pad"));
        RewardPipelineBuilder builder = Builder(frame);
        foreach (RewardChannel channel in frame.Channels.Where(_ => frame.Channels.Count > 1))
        {
            builder.AddNormalise(
                new()
                {
                    Name = channel.Name,
                    Channel = channel.Name,
                    Epsilon = groupEpsilon,
                }
            );
        }

        using RewardPipeline pipeline = Sum(builder, frame)
            .AddNormalise(
                new()
                {
                    Channel = "total",
                    Over = NormaliseOver.Batch,
                    Epsilon = epsilon,
                }
            )
            .Build();
        AssertEqual(
            peer,
            Vector(Of(peer).GetProperty(field)),
            pipeline.Apply(frame, training: true, iteration: 0).Shaped["total"].Values,
            tolerance
        );
    }

    [Theory]
    [InlineData("biased", 0)]
    [InlineData("unbiased", 1)]
    public void NormaliseStage_OfTokens_GivesThePeersValues(string field, int ddof)
    {
        using var scope = NewDisposeScope();
        Tensor mask = Mask("mask_gap");
        RewardFrame frame = new(Rewards("reward", mask).Layout, [new("advantage", RewardGranularity.Token, Matrix("adv_token"), mask)]);
        using RewardPipeline pipeline = new RewardPipelineBuilder(new RewardSchema([new("advantage", RewardGranularity.Token)]))
            .AddNormalise(
                new()
                {
                    Channel = "advantage",
                    Over = NormaliseOver.Batch,
                    Ddof = ddof,
                    Epsilon = 1e-5,
                }
            )
            .WithWeights(new() { ["advantage"] = 1 })
            .Build();
        Tensor actual = pipeline.Apply(frame, training: true, iteration: 0).Shaped["advantage"].Values;
        AssertEqual(
            $"areal/masked_normalization, {field}",
            Matrix(Of("areal/masked_normalization").GetProperty(field)).mul(mask),
            actual,
            1e-6
        );
    }

    // NaN is invalid; a response counts if one of its rewards is valid, as in TRL.
    private static RewardFrame Rewards(string input, Tensor mask)
    {
        Tensor rewards = Input(input)[0].ValueKind == JsonValueKind.Array ? Matrix(input) : Vector(Input(input)).unsqueeze(1);
        RewardChannel[] channels =
        [
            .. Enumerable
                .Range(0, (int)rewards.size(1))
                .Select(i =>
                {
                    Tensor values = rewards.select(1, i).contiguous();
                    return new RewardChannel($"reward{i}", RewardGranularity.Outcome, values, values.isnan().logical_not());
                }),
        ];
        Tensor group = Vector(Input("group_id")).to(ScalarType.Int64);
        BatchLayout layout = new()
        {
            ActionMask = mask,
            ResponseMask = mask,
            PromptVisitId = group,
            SampleIndex = arange(group.size(0), ScalarType.Int64),
            GroupIndex = group,
            Groups = 2,
            IsPolicy = ones_like(group, ScalarType.Bool),
            Truncated = zeros_like(group, ScalarType.Bool),
        };
        return new(layout, channels);
    }

    private static RewardPipelineBuilder Builder(RewardFrame frame) =>
        new(frame.Channels.Aggregate(new RewardSchema([]), (s, c) => s.Outcome(c.Name)));

    private static RewardPipelineBuilder Sum(RewardPipelineBuilder builder, RewardFrame frame) =>
        builder
            .AddWeightedSum(
                new()
                {
                    Weights = frame
                        .Channels.Select((c, i) => (c.Name, frame.Channels.Count == 1 ? 1 : Input("two_weights")[i].GetDouble()))
                        .ToDictionary(),
                    Into = "total",
                    Invalid = InvalidEntries.Skip,
                }
            )
            .WithWeights(new() { ["total"] = 1 });
}
