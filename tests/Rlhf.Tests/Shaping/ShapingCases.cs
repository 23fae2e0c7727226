using System.Globalization;
using System.Text.Json;
using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using Rlhf.Trainers.Advantages;
using static TorchSharp.torch;

namespace Rlhf.Tests.Shaping;

/// <summary>How a case of each kind is run; the first difference beyond 1e-9, or null.</summary>
internal static class ShapingCases
{
    private const double Tolerance = 1e-9;

    public static IReadOnlyDictionary<string, Func<JsonElement, string?>> Kinds { get; } = new Dictionary<string, Func<JsonElement, string?>>(StringComparer.Ordinal)
    {
        ["clip"] = row => Steps(row, b => b.AddClip(new() { Channel = "process", Threshold = Number(row, "threshold") })),
        ["delta"] = row => Steps(row, b => b.AddDelta(new() { Channel = "process" })),
        ["clip_delta"] = row => Steps(row, b => b.AddClip(new() { Channel = "process", Threshold = Number(row, "threshold") }).AddDelta(new() { Channel = "process" })),
        ["gate_episode"] = GateEpisode,
        ["gate_levels"] = GateLevels,
        ["return_to_go"] = ReturnToGo,
        ["group_outcome_advantage"] = GroupOutcomeAdvantage,
        ["group_process_advantage"] = GroupProcessAdvantage,
    };

    private static string? Steps(JsonElement row, Action<RewardPipelineBuilder> add)
    {
        using var scope = NewDisposeScope();
        double?[][] steps = Rows(Input(row, "steps"));
        var batch = new RewardBatch { StepCounts = [.. steps.Select(s => s.Length)] };
        var builder = new RewardPipelineBuilder(RewardSchema.Steps("process")).WithWeights(new() { ["process"] = 1 });
        add(builder);
        using RewardPipeline pipeline = builder.Build();
        ShapedRewards shaped = pipeline.Apply(new(batch.Layout(), [batch.Steps("process", steps)]), training: true, iteration: 0);
        return Difference("steps", Rows(Expected(row, "steps")), batch.ReadSteps(shaped.Shaped["process"]));
    }

    private static string? GateEpisode(JsonElement row)
    {
        using var scope = NewDisposeScope();
        double?[][] steps = Rows(Input(row, "steps"));
        var batch = new RewardBatch { StepCounts = [.. steps.Select(s => s.Length)] };
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("outcome").Steps("process"))
            .AddGate(new() { Channel = "process", By = "outcome", Threshold = Number(row, "threshold"), OpensWhen = OpensWhen(row) })
            .WithWeights(new() { ["outcome"] = 1, ["process"] = 1 }).Build();
        RewardFrame raw = new(batch.Layout(), [batch.Outcome("outcome", Values(Input(row, "outcome"))), batch.Steps("process", steps)]);
        ShapedRewards shaped = pipeline.Apply(raw, training: true, iteration: 0);
        return Difference("steps", Rows(Expected(row, "steps")), batch.ReadSteps(shaped.Shaped["process"]))
            ?? Difference("total", Values(Expected(row, "total")), Totals(shaped))
            ?? Difference("direct", Values(Expected(row, "total_direct_accumulation")), Totals(shaped with { Returns = [.. shaped.Returns.Select(r => r with { Channel = shaped.Raw[r.Channel.Name] })] }));
    }

    private static string? GateLevels(JsonElement row)
    {
        using var scope = NewDisposeScope();
        double?[][] samples = Rows(Input(row, "levels_low_to_high"));
        double?[] thresholds = Values(row.GetProperty("options").GetProperty("thresholds"));
        var batch = new RewardBatch { StepCounts = new int[samples.Length] };
        RewardSchema schema = new([]);
        List<RewardChannel> channels = [];
        for (int level = 0; level < thresholds.Length; level++)
        {
            schema = schema.Outcome($"level{level}");
            channels.Add(batch.Outcome($"level{level}", [.. samples.Select(s => s[level])]));
        }

        using RewardPipeline pipeline = new RewardPipelineBuilder(schema)
            .AddGate(new() { Levels = [.. thresholds.Select((t, i) => new GateLevel($"level{i}", t!.Value))], OpensWhen = OpensWhen(row) })
            .WithWeights(channels.ToDictionary(c => c.Name, _ => 1.0)).Build();
        ShapedRewards shaped = pipeline.Apply(new(batch.Layout(), channels), training: true, iteration: 0);
        double?[][] columns = [.. shaped.Shaped.Channels.Select(RewardBatch.Read)];
        double?[][] actual = [.. samples.Select((_, i) => columns.Select(c => c[i]).ToArray())];
        return Difference("levels", Rows(Expected(row, "levels")), actual) ?? Difference("total", Values(Expected(row, "total")), Totals(shaped));
    }

    private static string? ReturnToGo(JsonElement row)
    {
        using var scope = NewDisposeScope();
        double?[][] steps = Rows(Input(row, "steps"));
        var batch = new RewardBatch { StepCounts = [.. steps.Select(s => s.Length)] };
        var builder = new RewardPipelineBuilder(RewardSchema.Outcome("outcome").Steps("process")).WithWeights(new() { ["outcome"] = 1, ["process"] = Number(row, "alpha") });
        string shaping = row.GetProperty("options").GetProperty("shaping").GetString()!;
        if (shaping is "clip" or "clip_delta")
        {
            builder.AddClip(new() { Channel = "process", Threshold = Number(row, "threshold") });
        }

        if (shaping is "delta" or "clip_delta")
        {
            builder.AddDelta(new() { Channel = "process" });
        }

        using RewardPipeline pipeline = builder.Build();
        RewardLayout layout = batch.Layout();
        RewardFrame raw = new(layout, [batch.Outcome("outcome", Values(Input(row, "outcome"))), batch.Steps("process", steps)]);
        ShapedRewards shaped = pipeline.Apply(raw, training: true, iteration: 0);
        Tensor toGo = ReturnToGoAdvantages.ReturnsToGo(shaped, 1);
        StepMap map = layout.StepMaps[StepMap.Steps];
        Tensor valid = map.Mask.logical_and(CreditTensors.RequiredValid(shaped).unsqueeze(1));
        double?[][] actual = batch.ReadSteps(new("return", RewardGranularity.Step, toGo.gather(1, map.Ends).mul(valid), valid, map.Name));
        JsonElement[] expected = [.. Expected(row, "return_from_step").EnumerateArray()];
        return Difference("return", [.. expected.Select((e, i) => e.ValueKind == JsonValueKind.Null ? new double?[steps[i].Length] : Values(e))], actual);
    }

    private static string? GroupOutcomeAdvantage(JsonElement row)
    {
        using var scope = NewDisposeScope();
        double?[] outcome = Values(Input(row, "outcome"));
        var batch = new RewardBatch { StepCounts = [.. outcome.Select(_ => 1)] };
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("outcome")).WithWeights(new() { ["outcome"] = 1 }).Build();
        ShapedRewards shaped = pipeline.Apply(new(batch.Layout(), [batch.Outcome("outcome", outcome)]), training: true, iteration: 0);
        AdvantageEstimates result = Options(row).CreateEstimator(pipeline).Estimate(shaped);
        double?[] expected = Values(Expected(row, "advantage"));
        double[] actual = [.. result.Values.select(1, 0).contiguous().data<double>()];
        int inexact = Array.FindIndex(expected, e => e == 0);
        return inexact >= 0 && actual[inexact] != 0
            ? $"advantage {inexact}: {Text(actual[inexact])} instead of exactly 0"
            : Difference("advantage", expected, [.. actual]);
    }

    private static string? GroupProcessAdvantage(JsonElement row)
    {
        using var scope = NewDisposeScope();
        double?[][] steps = Rows(Input(row, "steps"));
        var batch = new RewardBatch { StepCounts = [.. steps.Select(s => s.Length)] };
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Steps("process")).WithWeights(new() { ["process"] = 1 }).Build();
        RewardLayout layout = batch.Layout();
        ShapedRewards shaped = pipeline.Apply(new(layout, [batch.Steps("process", steps)]), training: true, iteration: 0);
        AdvantageEstimates result = (Options(row) with { Credit = Credit.StepNormalised }).CreateEstimator(pipeline).Estimate(shaped);
        StepMap map = layout.StepMaps[StepMap.Steps];
        double?[][] actual = batch.ReadSteps(new("advantage", RewardGranularity.Step, result.Values.gather(1, map.Ends).mul(map.Mask), map.Mask, map.Name));
        return Difference("advantage", Rows(Expected(row, "advantage_of_step")), actual);
    }

    private static GroupAdvantageOptions Options(JsonElement row) => new() { Ddof = (int)Number(row, "ddof"), Epsilon = Number(row, "eps") };

    private static double?[] Totals(ShapedRewards rewards)
    {
        Tensor valid = CreditTensors.RequiredValid(rewards);
        return RewardBatch.Read(new("total", RewardGranularity.Outcome, CreditTensors.EpisodeReturns(rewards).mul(valid), valid));
    }

    private static GateOpening OpensWhen(JsonElement row) => row.GetProperty("options").GetProperty("opens_when").GetString() switch
    {
        "greater" => GateOpening.Greater,
        "greater_or_equal" => GateOpening.GreaterOrEqual,
        var other => throw new InvalidDataException($"unknown opens_when '{other}'"),
    };

    private static JsonElement Input(JsonElement row, string name) => row.GetProperty("inputs").GetProperty(name);

    private static JsonElement Expected(JsonElement row, string name) => row.GetProperty("expected").GetProperty(name);

    private static double Number(JsonElement row, string option) => row.GetProperty("options").GetProperty(option).GetDouble();

    private static double?[] Values(JsonElement list) =>
        [.. list.EnumerateArray().Select(v => v.ValueKind == JsonValueKind.Null ? (double?)null : v.GetDouble())];

    private static double?[][] Rows(JsonElement lists) => [.. lists.EnumerateArray().Select(Values)];

    private static string? Difference(string what, double?[][] expected, double?[][] actual) =>
        expected.Length != actual.Length
            ? $"{what}: {actual.Length} rows instead of {expected.Length}"
            : expected.Zip(actual).Select((pair, i) => Difference($"{what} {i}", pair.First, pair.Second)).FirstOrDefault(d => d is not null);

    private static string? Difference(string what, double?[] expected, double?[] actual)
    {
        if (expected.Length != actual.Length)
        {
            return $"{what}: {actual.Length} values instead of {expected.Length}";
        }

        int wrong = Array.FindIndex([.. expected.Zip(actual)], pair =>
            pair.First is null != pair.Second is null || Math.Abs((pair.First ?? 0) - (pair.Second ?? 0)) > Tolerance);
        return wrong < 0 ? null : $"{what}, value {wrong}: {Text(actual[wrong])} instead of {Text(expected[wrong])}";
    }

    private static string Text(double? value) => value?.ToString("r", CultureInfo.InvariantCulture) ?? "invalid";
}
