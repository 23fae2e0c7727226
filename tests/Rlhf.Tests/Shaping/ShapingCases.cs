using System.Globalization;
using System.Text.Json;
using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
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
        return Difference("steps", Rows(Expected(row, "steps")), batch.ReadSteps(shaped.Shaped["process"]));
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
        RewardFrame shaped = pipeline.Apply(new(batch.Layout(), channels), training: true, iteration: 0).Shaped;
        double?[][] columns = [.. shaped.Channels.Select(RewardBatch.Read)];
        double?[][] actual = [.. samples.Select((_, i) => columns.Select(c => c[i]).ToArray())];
        return Difference("levels", Rows(Expected(row, "levels")), actual);
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
