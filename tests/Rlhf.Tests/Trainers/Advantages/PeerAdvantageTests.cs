using System.Text.Json;
using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Trainers.Advantages;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Advantages;

/// <summary>Our options against what the peers' own functions gave (<c>peer_values.json</c>; <c>RLHF_PEER_VALUES</c> names another file).</summary>
public class PeerAdvantageTests
{
    // AReaL and NeMo RL compute part of it in float32.
    private const double Float32 = 1e-7;

    public static TheoryData<string, string, GroupAdvantageOptions, double> Peers()
    {
        GroupAdvantageOptions drGrpo = new() { Scale = AdvantageScale.None }, rloo = drGrpo with { LeaveOneOut = true };
        TheoryData<string, string, GroupAdvantageOptions, double> cases = [];
        foreach (string mask in (string[])["pad", "gap"])
        {
            foreach ((string reward, string input) in (ReadOnlySpan<(string, string)>)[("r", "reward"), ("tie", "reward_tie")])
            {
                cases.Add($"verl/adv_grpo/{reward}_{mask}", input, new(), 1e-9);
                cases.Add($"verl/adv_dr_grpo/{reward}_{mask}", input, drGrpo, 1e-9);
                cases.Add($"verl/adv_rloo/{reward}_{mask}", input, rloo, 1e-9);
            }
        }

        cases.Add("trl/grpo_advantages/sum_then_normalize_group_plain", "two_rewards", new() { Epsilon = 1e-4 }, 1e-9);
        cases.Add("trl/grpo_advantages/sum_then_normalize_batch_plain", "two_rewards", new() { Epsilon = 1e-4, Scale = AdvantageScale.BatchStd }, 1e-9);
        cases.Add("trl/grpo_advantages/sum_then_normalize_none_plain", "two_rewards", drGrpo, 1e-9);
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
    public void EpisodeCredit_PeersInputs_GivesThePeersAdvantages(string peer, string input, GroupAdvantageOptions options, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var document = JsonDocument.Parse(File.ReadAllText(PeerFile()));
        JsonElement inputs = document.RootElement.GetProperty("inputs"), value = document.RootElement.GetProperty("values").GetProperty(peer);
        JsonElement expected = value.TryGetProperty("adv", out JsonElement adv) ? adv : value.GetProperty("x");
        Tensor mask = Matrix(inputs.GetProperty(peer.EndsWith("gap", StringComparison.Ordinal) ? "mask_gap" : "mask_pad")).gt(0);
        (RewardPipeline pipeline, RewardFrame frame) = Rewards(inputs, input, mask);
        using (pipeline)
        {
            AdvantageEstimates result = options.CreateEstimator(pipeline).Estimate(pipeline.Apply(frame, training: true, iteration: 0));
            Tensor reference = expected[0].ValueKind == JsonValueKind.Array ? Matrix(expected) : Vector(expected).unsqueeze(1).mul(mask);
            double largest = result.Values.sub(reference).abs().max().item<double>();
            TestContext.Current.SendDiagnosticMessage($"{peer}: largest difference {largest:g2}");
            Assert.InRange(largest, 0, tolerance);
        }
    }

    private static string PeerFile() => Environment.GetEnvironmentVariable("RLHF_PEER_VALUES") is { Length: > 0 } other
        ? other
        : SharedData.Require(Path.Combine("reference", "peer_values.json"));

    private static (RewardPipeline Pipeline, RewardFrame Frame) Rewards(JsonElement inputs, string input, Tensor mask)
    {
        Tensor rewards = input == "two_rewards" ? Matrix(inputs.GetProperty(input)) : Vector(inputs.GetProperty(input)).unsqueeze(1);
        double[] weights = input == "two_rewards" ? [.. inputs.GetProperty("two_weights").EnumerateArray().Select(w => w.GetDouble())] : [1];
        RewardSchema schema = new([]);
        List<RewardChannel> channels = [];
        for (int i = 0; i < weights.Length; i++)
        {
            schema = schema.Outcome($"reward{i}");
            Tensor values = rewards.select(1, i).contiguous();
            channels.Add(new($"reward{i}", RewardGranularity.Outcome, values, ones_like(values, ScalarType.Bool)));
        }

        Tensor group = Vector(inputs.GetProperty("group_id")).to(ScalarType.Int64);
        RewardLayout layout = new()
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
        RewardPipeline pipeline = new RewardPipelineBuilder(schema).WithWeights(channels.Select((c, i) => (c.Name, weights[i])).ToDictionary()).Build();
        return (pipeline, new(layout, channels));
    }

    private static Tensor Vector(JsonElement list) => tensor([.. list.EnumerateArray().Select(v => v.GetDouble())]);

    private static Tensor Matrix(JsonElement rows) => stack([.. rows.EnumerateArray().Select(Vector)]);
}
