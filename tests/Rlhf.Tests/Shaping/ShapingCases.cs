using System.Globalization;
using System.Text.Json;
using Rlhf.Rewards;
using Rlhf.Scoring;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using Rlhf.Trainers.Advantages;
using Rlhf.Verification.Patterns;
using static TorchSharp.torch;

namespace Rlhf.Tests.Shaping;

/// <summary>
/// How a case of each kind is run; the first difference beyond 1e-9, or null. A case may leave out options that have a default, hold more
/// than is read, write integers for numbers,
/// and null for a row that is invalid as a whole.
/// </summary>
internal static class ShapingCases
{
    private const double Tolerance = 1e-9;

    public static IReadOnlyDictionary<string, Func<JsonElement, string?>> Kinds { get; } =
        new Dictionary<string, Func<JsonElement, string?>>(StringComparer.Ordinal)
        {
            ["clip"] = row => Steps(row, b => b.AddClip(new() { Channel = "process", Threshold = Number(row, "threshold") })),
            ["delta"] = row => Steps(row, b => b.AddDelta(new() { Channel = "process" })),
            ["clip_delta"] = row =>
                Steps(
                    row,
                    b =>
                        b.AddClip(new() { Channel = "process", Threshold = Number(row, "threshold") })
                            .AddDelta(new() { Channel = "process" })
                ),
            ["potential"] = row =>
                Steps(
                    row,
                    b =>
                        b.AddPotential(
                            new()
                            {
                                Channel = "process",
                                Discount = Number(row, "gamma", 1),
                                Initial = Number(row, "initial", 0),
                                Terminal = Word(row, "terminal", TerminalPotential.Zero),
                            }
                        )
                ),
            ["length_normalised"] = row => Steps(row, b => b.AddLengthNormalise(new() { Channel = "process" })),
            ["aggregate"] = Aggregate,
            ["weighted_sum"] = WeightedSum,
            ["soft_overlong"] = SoftOverlong,
            ["cosine_length"] = CosineLength,
            ["repetition_penalty"] = RepetitionPenalty,
            ["reasoning_pattern"] = ReasoningPattern,
            ["calibrate"] = Calibrate,
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
        return Difference("steps", Expected(row, "steps"), batch.ReadSteps(shaped.Shaped["process"]));
    }

    private static string? Aggregate(JsonElement row)
    {
        using var scope = NewDisposeScope();
        double?[][] steps = Rows(Input(row, "steps"));
        var batch = new RewardBatch { StepCounts = [.. steps.Select(s => s.Length)] };
        RewardFrame raw = new(batch.Layout(), [batch.Steps("process", steps)]);
        foreach (JsonProperty expected in row.GetProperty("expected").EnumerateObject())
        {
            StepAggregation method = Word<StepAggregation>(expected.Name);
            using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Steps("process"))
                .AddStepAggregate(
                    new()
                    {
                        Channel = "process",
                        Into = "score",
                        Aggregation = method,
                    }
                )
                .WithWeights(new() { ["score"] = 1 })
                .Build();
            if (
                Difference(
                    expected.Name,
                    Values(expected.Value),
                    RewardBatch.Read(pipeline.Apply(raw, training: true, iteration: 0).Shaped["score"])
                ) is
                { } difference
            )
            {
                return difference;
            }
        }

        return null;
    }

    private static string? WeightedSum(JsonElement row)
    {
        using var scope = NewDisposeScope();
        (string Name, double?[] Values)[] inputs = [.. Input(row, "channels").EnumerateObject().Select(c => (c.Name, Values(c.Value)))];
        var batch = new RewardBatch { StepCounts = new int[inputs[0].Values.Length] };
        RewardSchema schema = inputs.Aggregate(new RewardSchema([]), (s, c) => s.Outcome(c.Name));
        var weights = Option(row, "weights")!.Value.EnumerateObject().ToDictionary(w => w.Name, w => w.Value.GetDouble());
        InvalidEntries invalid = Word(row, "invalid", InvalidEntries.Propagate);
        string[] optional = [.. Option(row, "optional")?.EnumerateArray().Select(o => o.GetString()!).Where(weights.ContainsKey) ?? []];
        using RewardPipeline pipeline = new RewardPipelineBuilder(schema)
            .AddWeightedSum(
                new()
                {
                    Weights = weights,
                    Into = "total",
                    Invalid = invalid,
                    Optional = invalid == InvalidEntries.Propagate ? optional : [],
                }
            )
            .WithWeights(new() { ["total"] = 1 })
            .Build();
        ShapedRewards shaped = pipeline.Apply(
            new(batch.Layout(), [.. inputs.Select(c => batch.Outcome(c.Name, c.Values))]),
            training: true,
            iteration: 0
        );
        return Difference("total", Values(Expected(row, "total")), RewardBatch.Read(shaped.Shaped["total"]));
    }

    private static string? SoftOverlong(JsonElement row)
    {
        using var scope = NewDisposeScope();
        (RewardBatch batch, BatchLayout layout) = OfLengths(row);
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("verifier"))
            .AddSoftOverlong(new() { MaxLength = (int)Number(row, "max_length"), Cache = (int)Number(row, "cache") })
            .WithWeights(new() { ["overlong"] = 1 })
            .Build();
        ShapedRewards shaped = pipeline.Apply(
            new(layout, [batch.Outcome("verifier", new double?[batch.StepCounts.Length])]),
            training: true,
            iteration: 0
        );
        return Difference("penalty", Values(Expected(row, "penalty")), RewardBatch.Read(shaped.Shaped["overlong"]));
    }

    private static string? CosineLength(JsonElement row)
    {
        using var scope = NewDisposeScope();
        (RewardBatch batch, BatchLayout layout) = OfLengths(row);
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("verifier", levels: [0, 1]))
            .AddCosineLength(
                new()
                {
                    By = "verifier",
                    MaxLength = (int)Number(row, "max_len"),
                    MinValueWrong = Number(row, "min_value_wrong", -1),
                    MaxValueWrong = Number(row, "max_value_wrong", -0.5),
                    MinValueCorrect = Number(row, "min_value_correct", 0.5),
                    MaxValueCorrect = Number(row, "max_value_correct", 1),
                }
            )
            .WithWeights(new() { ["length"] = 1 })
            .Build();
        ShapedRewards shaped = pipeline.Apply(
            new(layout, [batch.Outcome("verifier", Values(Input(row, "correct")))]),
            training: true,
            iteration: 0
        );
        return Difference("reward", Values(Expected(row, "reward")), RewardBatch.Read(shaped.Shaped["length"]));
    }

    private static (RewardBatch Batch, BatchLayout Layout) OfLengths(JsonElement row)
    {
        long[] lengths = [.. Values(Input(row, "lengths")).Select(l => (long)l!.Value)];
        var batch = new RewardBatch { StepCounts = new int[lengths.Length] };
        Tensor tokens = arange(lengths.Append(1).Max(), ScalarType.Int64).lt(tensor(lengths).unsqueeze(1));
        return (batch, batch.Layout() with { ActionMask = tokens, ResponseMask = tokens.clone() });
    }

    private static string? RepetitionPenalty(JsonElement row)
    {
        IRewardSource source = TextRewards.Repetition(
            new() { Ngram = (int)Number(row, "ngram"), MaxPenalty = Number(row, "max_penalty", -1) }
        );
        double?[] actual =
        [
            .. Rows(Input(row, "token_ids"))
                .Select(ids => Score(source, new(Problem, "", [], false) { TokenIds = [.. ids.Select(id => (int)id!.Value)] })),
        ];
        return Difference("penalty", Values(Expected(row, "penalty")), actual);
    }

    private static string? ReasoningPattern(JsonElement row)
    {
        ReasoningPatternForm form = Word(row, "form", ReasoningPatternForm.Paper);
        string text = Input(row, "text").GetString()!;
        return Difference(
                "reward",
                [Expected(row, "reward").GetDouble()],
                [Score(TextRewards.ReasoningPattern(new() { Form = form }), new(Problem, text, [], false))]
            )
            ?? Difference(
                "repetition",
                [Expected(row, "repetition_20").GetDouble()],
                [TextRewards.WordRepetition(text.ToLowerInvariant(), 20)]
            );
    }

    private static string? Calibrate(JsonElement row)
    {
        using var scope = NewDisposeScope();
        double?[] scores = Values(Input(row, "score")),
            patterns = Values(Input(row, "pattern"));
        var batch = new RewardBatch { StepCounts = new int[scores.Length] };
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("score").Outcome("pattern"))
            .AddCalibrate(
                new()
                {
                    Channel = "score",
                    By = "pattern",
                    Threshold = Number(row, "tau", 0.5),
                    Alpha = Number(row, "alpha", 0.1),
                    Cap = Option(row, "cap") is { ValueKind: JsonValueKind.Null } ? null : Number(row, "cap", 1),
                }
            )
            .WithWeights(new() { ["score"] = 1 })
            .Build();
        ShapedRewards shaped = pipeline.Apply(
            new(batch.Layout(), [batch.Outcome("score", scores), batch.Outcome("pattern", patterns)]),
            training: true,
            iteration: 0
        );
        return Difference("score", Values(Expected(row, "score")), RewardBatch.Read(shaped.Shaped["score"]));
    }

    private static Problem Problem { get; } =
        new()
        {
            Id = "1",
            Question = "?",
            Answer = "1",
        };

    private static double? Score(IRewardSource source, Completion completion) =>
        new RewardScorer([source]).Score([completion])[source.Name].Values[0][0];

    private static string? GateEpisode(JsonElement row)
    {
        using var scope = NewDisposeScope();
        double?[][] steps = Rows(Input(row, "steps"));
        var batch = new RewardBatch { StepCounts = [.. steps.Select(s => s.Length)] };
        RewardPipelineBuilder Builder() =>
            new RewardPipelineBuilder(RewardSchema.Outcome("outcome").Steps("process")).WithWeights(
                new() { ["outcome"] = 1, ["process"] = 1 }
            );
        using RewardPipeline direct = Builder().Build(),
            gated = Builder()
                .AddGate(
                    new()
                    {
                        Channel = "process",
                        By = "outcome",
                        Threshold = Number(row, "threshold"),
                        OpensWhen = OpensWhen(row),
                    }
                )
                .Build();
        RewardFrame raw = new(batch.Layout(), [batch.Outcome("outcome", Values(Input(row, "outcome"))), batch.Steps("process", steps)]);
        ShapedRewards shaped = gated.Apply(raw, training: true, iteration: 0);
        return Difference("steps", Expected(row, "steps"), batch.ReadSteps(shaped.Shaped["process"]))
            ?? Difference("total", Values(Expected(row, "total")), BeforeTheMask(shaped))
            ?? Difference(
                "direct",
                Values(Expected(row, "total_direct_accumulation")),
                BeforeTheMask(direct.Apply(raw, training: true, iteration: 0))
            );

        // The returns before the estimator takes rows out that have steps and no valid one.
        static double?[] BeforeTheMask(ShapedRewards rewards)
        {
            Tensor valid = rewards.Shaped["outcome"].Valid;
            return RewardBatch.Read(new("total", RewardGranularity.Outcome, CreditTensors.EpisodeReturns(rewards).mul(valid), valid));
        }
    }

    private static string? GateLevels(JsonElement row)
    {
        using var scope = NewDisposeScope();
        double?[][] samples = Rows(Input(row, "levels_low_to_high"));
        double?[] thresholds = Values(Option(row, "thresholds")!.Value);
        var batch = new RewardBatch { StepCounts = new int[samples.Length] };
        RewardSchema schema = new([]);
        List<RewardChannel> channels = [];
        for (int level = 0; level < thresholds.Length; level++)
        {
            schema = schema.Outcome($"level{level}");
            channels.Add(batch.Outcome($"level{level}", [.. samples.Select(s => s[level])]));
        }

        RewardPipelineBuilder builder = new RewardPipelineBuilder(schema).WithWeights(channels.ToDictionary(c => c.Name, _ => 1.0));
        if (thresholds.Length > 1)
        {
            builder.AddGate(
                new() { Levels = [.. thresholds.Select((t, i) => new GateLevel($"level{i}", t ?? 0))], OpensWhen = OpensWhen(row) }
            );
        }

        using RewardPipeline pipeline = builder.Build();
        ShapedRewards shaped = pipeline.Apply(new(batch.Layout(), channels), training: true, iteration: 0);
        double?[][] columns = [.. shaped.Shaped.Channels.Select(RewardBatch.Read)];
        double?[][] actual = [.. samples.Select((_, i) => columns.Select(c => c[i]).ToArray())];
        return Difference("levels", Expected(row, "levels"), actual)
            ?? Difference("total", Values(Expected(row, "total")), Totals(pipeline, shaped));
    }

    // The returns before the estimator takes rows out: a response whose steps are all invalid still has its outcome.
    private static string? ReturnToGo(JsonElement row)
    {
        using var scope = NewDisposeScope();
        double?[][] steps = Rows(Input(row, "steps"));
        var batch = new RewardBatch { StepCounts = [.. steps.Select(s => s.Length)] };
        var builder = new RewardPipelineBuilder(RewardSchema.Outcome("outcome").Steps("process")).WithWeights(
            new() { ["outcome"] = 1, ["process"] = Number(row, "alpha", 1) }
        );
        string shaping = Option(row, "shaping")?.GetString() ?? "none";
        if (shaping is "clip" or "clip_delta")
        {
            builder.AddClip(new() { Channel = "process", Threshold = Number(row, "threshold") });
        }

        if (shaping is "delta" or "clip_delta")
        {
            builder.AddDelta(new() { Channel = "process" });
        }

        using RewardPipeline pipeline = builder.Build();
        BatchLayout layout = batch.Layout();
        ShapedRewards shaped = pipeline.Apply(
            new(layout, [batch.Outcome("outcome", Values(Input(row, "outcome"))), batch.Steps("process", steps)]),
            training: true,
            iteration: 0
        );
        StepMap map = layout.StepMaps[StepMap.Steps];
        Tensor valid = map.Mask.logical_and(shaped.Shaped["outcome"].Valid.unsqueeze(1));
        Tensor toGo = ReturnToGoAdvantages.ReturnsToGo(shaped, discount: 1).gather(1, map.Ends).mul(valid);
        double?[][] actual = batch.ReadSteps(new("return", RewardGranularity.Step, toGo, valid, map.Name));
        return Difference("return", Expected(row, "return_from_step"), actual);
    }

    private static string? GroupOutcomeAdvantage(JsonElement row)
    {
        using var scope = NewDisposeScope();
        double?[] outcome = Values(Input(row, "outcome"));
        var batch = new RewardBatch { StepCounts = [.. outcome.Select(_ => 1)] };
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("outcome"))
            .WithWeights(new() { ["outcome"] = 1 })
            .Build();
        ShapedRewards shaped = pipeline.Apply(new(batch.Layout(), [batch.Outcome("outcome", outcome)]), training: true, iteration: 0);
        AdvantageEstimates result = Options(row).CreateEstimator(pipeline).Estimate(shaped);
        double?[] expected = Values(Expected(row, "advantage"));
        double[] actual = [.. result.Values.select(1, 0).contiguous().data<double>()];
        int inexact = expected.All(e => e == 0) ? Array.FindIndex(actual, a => a != 0) : -1;
        return inexact >= 0
            ? $"advantage {inexact}: {Text(actual[inexact])} instead of exactly 0"
            : Difference("advantage", expected, [.. actual]);
    }

    private static string? GroupProcessAdvantage(JsonElement row)
    {
        using var scope = NewDisposeScope();
        double?[][] steps = Rows(Input(row, "steps"));
        var batch = new RewardBatch { StepCounts = [.. steps.Select(s => s.Length)] };
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Steps("process"))
            .WithWeights(new() { ["process"] = 1 })
            .Build();
        BatchLayout layout = batch.Layout();
        ShapedRewards shaped = pipeline.Apply(new(layout, [batch.Steps("process", steps)]), training: true, iteration: 0);
        AdvantageEstimates result = Options(row).With(new { Credit = Credit.StepNormalised }).CreateEstimator(pipeline).Estimate(shaped);
        StepMap map = layout.StepMaps[StepMap.Steps];
        double?[][] actual = batch.ReadSteps(
            new("advantage", RewardGranularity.Step, result.Values.gather(1, map.Ends).mul(map.Mask), map.Mask, map.Name)
        );
        return Difference("advantage", Expected(row, "advantage_of_step"), actual);
    }

    private static GroupAdvantageOptions Options(JsonElement row) =>
        new() { Ddof = (int)Number(row, "ddof", 1), Epsilon = Number(row, "eps", 1e-6) };

    private static double?[] Totals(RewardPipeline pipeline, ShapedRewards rewards)
    {
        AdvantageEstimates result = new GroupAdvantageOptions { Credit = Credit.Episode }
            .CreateEstimator(pipeline)
            .Estimate(rewards);
        return RewardBatch.Read(new("total", RewardGranularity.Outcome, result.Returns, result.RowsInLoss));
    }

    private static GateOpening OpensWhen(JsonElement row) => Word(row, "opens_when", GateOpening.Greater);

    private static JsonElement Input(JsonElement row, string name) => row.GetProperty("inputs").GetProperty(name);

    private static JsonElement Expected(JsonElement row, string name) => row.GetProperty("expected").GetProperty(name);

    private static JsonElement? Option(JsonElement row, string name) =>
        row.TryGetProperty("options", out JsonElement options) && options.TryGetProperty(name, out JsonElement value) ? value : null;

    private static double Number(JsonElement row, string option, double? otherwise = null) =>
        Option(row, option)?.GetDouble() ?? otherwise ?? throw new InvalidDataException($"option '{option}' is missing");

    private static T Word<T>(JsonElement row, string option, T otherwise)
        where T : struct, Enum => Option(row, option)?.GetString() is { } word ? Word<T>(word) : otherwise;

    private static T Word<T>(string word)
        where T : struct, Enum => Enum.Parse<T>(word.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);

    private static double?[] Values(JsonElement list) =>
        list.ValueKind == JsonValueKind.Null
            ? []
            :
            [
                .. list.EnumerateArray()
                    .Select(v =>
                        v.ValueKind switch
                        {
                            JsonValueKind.Null => (double?)null,
                            JsonValueKind.True => 1,
                            JsonValueKind.False => 0,
                            _ => v.GetDouble(),
                        }
                    ),
            ];

    private static double?[][] Rows(JsonElement lists) => [.. lists.EnumerateArray().Select(Values)];

    private static string? Difference(string what, JsonElement expected, double?[][] actual)
    {
        JsonElement[] rows = [.. expected.EnumerateArray()];
        return rows.Length != actual.Length
            ? $"{what}: {actual.Length} rows instead of {rows.Length}"
            : rows.Zip(actual)
                .Select(
                    (pair, i) =>
                        Difference(
                            $"{what} {i}",
                            pair.First.ValueKind == JsonValueKind.Null ? new double?[pair.Second.Length] : Values(pair.First),
                            pair.Second
                        )
                )
                .FirstOrDefault(d => d is not null);
    }

    private static string? Difference(string what, double?[] expected, double?[] actual)
    {
        if (expected.Length != actual.Length)
        {
            return $"{what}: {actual.Length} values instead of {expected.Length}";
        }

        int wrong = Array.FindIndex(
            [.. expected.Zip(actual)],
            pair => pair.First is null != pair.Second is null || Math.Abs((pair.First ?? 0) - (pair.Second ?? 0)) > Tolerance
        );
        return wrong < 0 ? null : $"{what}, value {wrong}: {Text(actual[wrong])} instead of {Text(expected[wrong])}";
    }

    private static string Text(double? value) => value?.ToString("r", CultureInfo.InvariantCulture) ?? "invalid";
}
