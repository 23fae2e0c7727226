using CsCheck;
using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using static TorchSharp.torch;

namespace Rlhf.Tests.Shaping.Stages;

/// <summary>
/// Stages on random batches with invalid entries, in double, against slow scalar code written from the papers' formulas. Null is invalid.
/// </summary>
public class ScalarReferenceTests
{
    private const double Tolerance = 1e-9;

    private static readonly Gen<double?> Score = Gen.Select(Gen.Double[0.01, 0.99], Gen.Int[0, 4], (v, i) => i == 0 ? (double?)null : v);

    // Up to six responses of up to five steps, each with a verdict and a model's score; about one entry in five is invalid.
    private static readonly Gen<Response[]> Batches = Gen.Select(
        Score.Array[0, 5],
        Score,
        Score,
        (steps, verdict, model) => new Response(steps, verdict, model)
    ).Array[1, 6];

    [Fact]
    public void Delta() => CompareSteps(b => b.AddDelta(new() { Channel = "process" }), r => Differences(r.Steps));

    [Fact]
    public void Clip_ThenDelta() =>
        CompareSteps(
            b => b.AddClipDelta(new() { Channel = "process", Threshold = 0.6 }),
            r => Differences([.. r.Steps.Select(v => v is { } s ? Math.Min(s - 0.6, 0) : (double?)null)])
        );

    [Fact]
    public void LengthNormalise() =>
        CompareSteps(b => b.AddLengthNormalise(new() { Channel = "process" }), r => [.. r.Steps.Select(v => v / r.Steps.Length)]);

    [Fact]
    public void Affine() =>
        CompareSteps(
            b =>
                b.AddAffine(
                    new()
                    {
                        Channel = "process",
                        Scale = -3,
                        Shift = 0.5,
                        Minimum = -1,
                        Maximum = 0.2,
                    }
                ),
            r => [.. r.Steps.Select(v => v is { } s ? Math.Clamp(-3 * s + 0.5, -1, 0.2) : (double?)null)]
        );

    [Theory]
    [InlineData(TerminalPotential.Zero)]
    [InlineData(TerminalPotential.Keep)]
    public void Potential(TerminalPotential terminal)
    {
        PotentialOptions options = new()
        {
            Channel = "process",
            Discount = 0.9,
            Terminal = terminal,
        };
        CompareSteps(b => b.AddPotential(options.With(new { Initial = 0.25 })), r => After(r.Steps, 0.25));
        CompareSteps(b => b.AddPotential(options.With(new { InitialFrom = "model" })), r => After(r.Steps, r.Model));
        CompareSteps(b => b.AddPotential(options.With(new { Scores = PotentialScores.BeforeStep })), r => Before(r.Steps));

        double?[] After(double?[] steps, double? initial)
        {
            double?[] result = new double?[steps.Length];
            double? before = initial;
            for (int k = 0; k < steps.Length; k++)
            {
                if (steps[k] is { } score)
                {
                    bool last = steps[(k + 1)..].All(s => s is null);
                    result[k] = 0.9 * (last && terminal == TerminalPotential.Zero ? 0 : score) - before;
                    before = score;
                }
            }

            return result;
        }

        double?[] Before(double?[] steps) =>
            [
                .. steps.Select(
                    (s, k) =>
                        0.9 * (steps[(k + 1)..].FirstOrDefault(n => n is not null) ?? (terminal == TerminalPotential.Zero ? 0 : s)) - s
                ),
            ];
    }

    [Theory]
    [InlineData(GateOpening.Greater, GateApplies.All)]
    [InlineData(GateOpening.GreaterOrEqual, GateApplies.All)]
    [InlineData(GateOpening.Greater, GateApplies.PositivePart)]
    public void Gate_OfThreeLevels(GateOpening opens, GateApplies applies)
    {
        GateOptions options = new()
        {
            Levels = [new("process"), new("model", 0.4), new("verifier", 0.5)],
            OpensWhen = opens,
            Applies = applies,
        };
        CompareSteps(
            b => b.AddGate(options),
            r =>
                [
                    .. r.Steps.Select(s =>
                        s is null || r.Model is null || r.Verifier is null
                            ? (double?)null
                            : Gated(s.Value, Passes(r.Model.Value, 0.4) && Passes(r.Verifier.Value, 0.5))
                    ),
                ]
        );
        CompareOutcome(
            b => b.AddGate(options),
            "model",
            r => r.Model is null || r.Verifier is null ? null : Gated(r.Model.Value, Passes(r.Verifier.Value, 0.5))
        );

        bool Passes(double value, double threshold) => opens == GateOpening.Greater ? value > threshold : value >= threshold;
        double Gated(double value, bool open) =>
            open ? value
            : applies == GateApplies.All ? 0
            : Math.Min(value, 0);
    }

    [Theory]
    [InlineData(StepAggregation.Min)]
    [InlineData(StepAggregation.Max)]
    [InlineData(StepAggregation.Product)]
    [InlineData(StepAggregation.GeometricMean)]
    [InlineData(StepAggregation.Mean)]
    [InlineData(StepAggregation.MeanLogit)]
    [InlineData(StepAggregation.MeanOdds)]
    [InlineData(StepAggregation.Last)]
    public void StepAggregate(StepAggregation aggregation) =>
        CompareOutcome(
            b =>
                b.AddStepAggregate(
                    new()
                    {
                        Channel = "process",
                        Into = "score",
                        Aggregation = aggregation,
                    }
                ),
            "score",
            r =>
            {
                if (r.Steps.Length == 0 || r.Steps.Contains(null))
                {
                    return null;
                }

                double[] s = [.. r.Steps.Select(v => v!.Value)];
                double product = s.Aggregate(1.0, (a, b) => a * b);
                return aggregation switch
                {
                    StepAggregation.Min => s.Min(),
                    StepAggregation.Max => s.Max(),
                    StepAggregation.Product => product,
                    StepAggregation.GeometricMean => Math.Pow(product, 1.0 / s.Length),
                    StepAggregation.Mean => s.Average(),
                    StepAggregation.MeanLogit => 1 / (1 + Math.Exp(-s.Average(v => Math.Log(v / (1 - v))))),
                    StepAggregation.MeanOdds => s.Average(v => v / (1 - v)),
                    _ => s[^1],
                };
            }
        );

    [Fact]
    public void Calibrate() =>
        CompareOutcome(
            b =>
                b.AddCalibrate(
                    new()
                    {
                        Channel = "model",
                        By = "verifier",
                        Threshold = 0.6,
                        Alpha = 0.8,
                        Cap = 1,
                    }
                ),
            "model",
            r => r.Model is { } s && s < 0.6 ? Math.Min(s + 0.8 * (r.Verifier ?? 0), 1) : r.Model
        );

    [Fact]
    public void Calibrate_WithAFormat_CountsWhatHasNoFormAsZero() =>
        CompareOutcome(
            b =>
                b.AddCalibrate(
                    new()
                    {
                        Channel = "model",
                        By = "model",
                        Format = "verifier",
                        Threshold = 0.6,
                        Alpha = 0.8,
                    }
                ),
            "model",
            r =>
                r.Verifier is null ? null
                : r.Model is { } s
                    ? r.Verifier <= 0.5 ? 0
                        : s < 0.6 ? Math.Min(s * 1.8, 1)
                        : s
                : null
        );

    [Theory]
    [InlineData(InvalidEntries.Propagate, false)]
    [InlineData(InvalidEntries.Propagate, true)]
    [InlineData(InvalidEntries.Skip, false)]
    public void WeightedSum(InvalidEntries invalid, bool modelIsOptional) =>
        CompareOutcome(
            b =>
                b.AddWeightedSum(
                    new()
                    {
                        Weights = new Dictionary<string, double> { ["verifier"] = 2, ["model"] = -0.5 },
                        Into = "sum",
                        Invalid = invalid,
                        Optional = modelIsOptional ? ["model"] : [],
                    }
                ),
            "sum",
            r =>
                invalid == InvalidEntries.Skip
                    ? r.Verifier is null && r.Model is null
                        ? null
                        : 2 * (r.Verifier ?? 0) - 0.5 * (r.Model ?? 0)
                    : r.Verifier is null || (r.Model is null && !modelIsOptional)
                        ? null
                        : 2 * r.Verifier - 0.5 * (r.Model ?? 0)
        );

    [Theory]
    [InlineData(InvalidEntries.Propagate, "model", 0.25, 1.75)]
    [InlineData(InvalidEntries.Skip, "", 0, 1.75)]
    public void WeightedSum_Range_AllowsForEntriesThatAreLeftOut(InvalidEntries invalid, string optional, double minimum, double maximum)
    {
        RewardSchema schema = new([
            .. new[] { "verifier", "model" }.Select(c => new ChannelSchema(c, RewardGranularity.Outcome) { Range = new(0.25, 1) }),
        ]);
        WeightedSumOptions options = new()
        {
            Weights = new Dictionary<string, double> { ["verifier"] = 1, ["model"] = 0.75 },
            Into = "sum",
            Invalid = invalid,
            Optional = optional.Length > 0 ? [optional] : [],
        };
        using RewardPipeline pipeline = new RewardPipelineBuilder(schema)
            .AddWeightedSum(options)
            .WithWeights(new() { ["sum"] = 1 })
            .Build();
        Assert.Equal(new RewardRange(minimum, maximum), pipeline.Output["sum"].Range);
    }

    [Fact]
    public void Priority() =>
        CompareOutcome(b => b.AddPriority(new() { Channels = ["verifier", "model"], Into = "best" }), "best", r => r.Verifier ?? r.Model);

    [Theory]
    [InlineData(EnsembleCombination.Mean)]
    [InlineData(EnsembleCombination.Min)]
    [InlineData(EnsembleCombination.Uncertainty)]
    public void Ensemble(EnsembleCombination combine) =>
        CompareOutcome(
            b =>
                b.AddEnsemble(
                    new()
                    {
                        Channels = ["verifier", "model"],
                        Into = "both",
                        Combine = combine,
                        Penalty = 0.7,
                    }
                ),
            "both",
            r =>
                r is { Verifier: { } x, Model: { } y }
                    ? combine switch
                    {
                        EnsembleCombination.Mean => (x + y) / 2,
                        EnsembleCombination.Min => Math.Min(x, y),
                        _ => (x + y) / 2 - 0.7 * (x - y) * (x - y) / 4,
                    }
                    : null
        );

    [Fact]
    public void CosineLength() =>
        CompareOutcome(
            b => b.AddCosineLength(new() { By = "verifier", MaxLength = 7 }),
            "length",
            r =>
            {
                double wave = (1 + Math.Cos(Math.PI * Math.Min(r.Tokens / 7.0, 1))) / 2;
                return r.Verifier is not { } verdict ? null
                    : verdict > 0.5 ? 0.5 + 0.5 * wave
                    : -0.5 - 0.5 * wave;
            }
        );

    [Theory]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(0)]
    public void SoftOverlong(int cache) =>
        CompareOutcome(
            b => b.AddSoftOverlong(new() { MaxLength = 8, Cache = cache }),
            "overlong",
            r =>
                r.Tokens <= 8 - cache ? 0
                : r.Tokens <= 8 ? (8.0 - cache - r.Tokens) / cache
                : -1
        );

    [Theory]
    [InlineData(NormaliseOver.Batch, true, 1)]
    [InlineData(NormaliseOver.Batch, false, 0)]
    [InlineData(NormaliseOver.Group, true, 1)]
    public void Normalise(NormaliseOver over, bool centre, int ddof) =>
        Batches.Sample(
            batch =>
            {
                NormaliseOptions options = new()
                {
                    Channel = "process",
                    Over = over,
                    Centre = centre,
                    Ddof = ddof,
                };
                double?[][] shaped = Run(batch, b => b.AddNormalise(options), (frame, made) => frame.ReadSteps(made["process"]));
                int groups = over == NormaliseOver.Group ? 2 : 1;
                for (int g = 0; g < groups; g++)
                {
                    // Rows are dealt to two groups in turn.
                    int[] rows = [.. Enumerable.Range(0, batch.Length).Where(i => i % groups == g)];
                    double[] all = [.. rows.SelectMany(i => batch[i].Steps).OfType<double>()];
                    double mean = all.Length == 0 ? 0 : all.Average(),
                        deviation = all.Length < 2 ? 0 : Math.Sqrt(all.Sum(v => (v - mean) * (v - mean)) / (all.Length - ddof));
                    foreach (int i in rows)
                    {
                        AssertEqual(
                            [
                                .. batch[i]
                                    .Steps.Select(v =>
                                        v is null ? null
                                        : all.Length < 2 ? 0
                                        : (v - (centre ? mean : 0)) / (deviation + 1e-6)
                                    ),
                            ],
                            shaped[i]
                        );
                    }
                }
            },
            iter: 100,
            threads: 1
        );

    [Fact]
    public void Normalise_Running_UsesTheIterationsBeforeThisOne() =>
        Batches
            .Array[2, 4]
            .Sample(
                batches =>
                {
                    using RewardPipeline pipeline = Pipeline(b =>
                        b.AddNormalise(new() { Channel = "model", Over = NormaliseOver.Running })
                    );
                    List<double> before = [];
                    foreach (Response[] batch in batches)
                    {
                        double[] own = [.. batch.Select(r => r.Model).OfType<double>()],
                            known = before.Distinct().Count() > 1 ? [.. before] : own;
                        double mean = known.Length == 0 ? 0 : known.Average(),
                            deviation = known.Length < 2 ? 0 : Math.Sqrt(known.Sum(v => (v - mean) * (v - mean)) / (known.Length - 1));
                        AssertEqual(
                            [
                                .. batch.Select(r =>
                                    r.Model is null ? null
                                    : known.Distinct().Count() < 2 ? 0
                                    : (r.Model - mean) / (deviation + 1e-6)
                                ),
                            ],
                            Apply(pipeline, batch, (_, made) => RewardBatch.Read(made["model"]))
                        );
                        before.AddRange(own);
                    }
                },
                iter: 50,
                threads: 1
            );

    [Fact]
    public void Normalise_AmongEqualValues_IsZero() =>
        Batches.Sample(
            batch =>
            {
                Response[] equal = [.. batch.Select(r => r with { Steps = [.. r.Steps.Select(v => v is null ? (double?)null : 0.1)] })];
                double?[][] shaped = Run(
                    equal,
                    b => b.AddNormalise(new() { Channel = "process" }),
                    (frame, made) => frame.ReadSteps(made["process"])
                );
                Assert.All(shaped.SelectMany(r => r).OfType<double>(), v => Assert.Equal(0, v));
            },
            iter: 50,
            threads: 1
        );

    [Theory]
    [InlineData(NormaliseOver.Group)]
    [InlineData(NormaliseOver.Batch)]
    [InlineData(NormaliseOver.Running)]
    public void Normalise_OnlyDividing_GivesZeroAmongEqualValues_WhichHaveNoSpread(NormaliseOver over)
    {
        using var scope = NewDisposeScope();
        RewardBatch batch = new() { StepCounts = [1, 1] };
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("r"))
            .AddNormalise(
                new()
                {
                    Channel = "r",
                    Over = over,
                    Centre = false,
                }
            )
            .WithWeights(new() { ["r"] = 1 })
            .Build();
        RewardFrame raw = new(batch.Layout(), [batch.Outcome("r", 0.5, 0.5)]);
        Assert.Equal([0.0, 0.0], RewardBatch.Read(pipeline.Apply(raw, training: true, 1).Shaped["r"]));
    }

    // A run may begin with answers that are all wrong.
    [Fact]
    public void Normalise_Running_AfterEqualValuesOnly_TakesTheIterationsOwnSpread()
    {
        using var scope = NewDisposeScope();
        RewardBatch batch = new() { StepCounts = [1, 1] };
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("r"))
            .AddNormalise(new() { Channel = "r", Over = NormaliseOver.Running })
            .WithWeights(new() { ["r"] = 1 })
            .Build();
        double?[] Shape(int iteration, params double?[] values) =>
            RewardBatch.Read(pipeline.Apply(new(batch.Layout(), [batch.Outcome("r", values)]), training: true, iteration).Shaped["r"]);
        Assert.Equal([0.0, 0.0], Shape(1, 0, 0));
        Assert.All(Shape(2, 0, 1).Zip((double[])[-1, 1]), r => Assert.Equal(r.Second / Math.Sqrt(2), r.First!.Value, 1e-5));
    }

    [Fact]
    public void Normalise_Twice_IsRefused()
    {
        RewardPipelineException e = Assert.Throws<RewardPipelineException>(() =>
            Pipeline(b =>
                b.AddNormalise(new() { Name = "one", Channel = "process" }).AddNormalise(new() { Name = "two", Channel = "process" })
            )
        );
        Assert.Contains("normalised already", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SpreadOver.LastToken)]
    [InlineData(SpreadOver.Tokens)]
    [InlineData(SpreadOver.Steps)]
    public void Spread(SpreadOver over) =>
        Batches.Sample(
            batch =>
            {
                double?[][] spread = Run(
                    batch,
                    b =>
                        b.AddSpread(
                            new()
                            {
                                Channel = "verifier",
                                Into = "spread",
                                Over = over,
                            }
                        ),
                    (_, made) =>
                    {
                        double?[] flat = RewardBatch.Read(made["spread"]);
                        return flat.Length == 0
                            ? [.. batch.Select(_ => Array.Empty<double?>())]
                            : flat.Chunk(flat.Length / batch.Length).ToArray();
                    }
                );
                for (int i = 0; i < batch.Length; i++)
                {
                    int places = over == SpreadOver.Steps ? batch[i].Steps.Length : batch[i].Tokens;
                    double?[] expected =
                    [
                        .. spread[i]
                            .Select(
                                (_, p) =>
                                    p >= places || batch[i].Verifier is null ? null
                                    : over == SpreadOver.LastToken
                                        ? p == places - 1 ? batch[i].Verifier
                                            : null
                                    : batch[i].Verifier / places
                            ),
                    ];
                    AssertEqual(expected, spread[i]);
                }
            },
            iter: 100,
            threads: 1
        );

    [Fact]
    public void Flip_AtRateOne_IsLowPlusHighLessTheValue() =>
        CompareOutcome(
            b => b.AddAffine(new() { Channel = "model" }),
            "verifier",
            r => r.Verifier is null ? null : 3 + -1 - r.Verifier,
            noise: b =>
                b.AddFlip(
                    new()
                    {
                        Channel = "verifier",
                        Rate = 1,
                        Low = -1,
                        High = 3,
                        FlipUnanswered = true,
                    }
                )
        );

    [Fact]
    public void GaussianNoise_HasItsDeviation_IsReproducedInAnyOrder_AndIsOffInEvaluation()
    {
        using var scope = NewDisposeScope();
        const int Rows = 4000;
        var batch = new RewardBatch
        {
            StepCounts = new int[Rows],
            Visits = [.. Enumerable.Range(0, Rows).Select(i => (long)i / 4)],
            Samples = [.. Enumerable.Range(0, Rows).Select(i => (long)i % 4)],
        };
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("score"))
            .AddGaussianNoise(new() { Channel = "score", StandardDeviation = 0.5 })
            .WithSeed(7)
            .WithWeights(new() { ["score"] = 1 })
            .Build();
        RewardFrame raw = new(
            batch.Layout(),
            [
                batch.Outcome(
                    "score",
                    new double?[Rows]
                        .Select(_ => (double?)1)
                        .ToArray()
                ),
            ]
        );
        double[] noisy = [.. RewardBatch.Read(pipeline.Apply(raw, training: true, iteration: 0).Shaped["score"]).Select(v => v!.Value - 1)];
        Assert.InRange(noisy.Average(), -0.04, 0.04);
        Assert.InRange(Math.Sqrt(noisy.Average(v => v * v)), 0.47, 0.53);
        Assert.Equal(noisy, RewardBatch.Read(pipeline.Apply(raw, training: true, iteration: 9).Shaped["score"]).Select(v => v!.Value - 1));
        Assert.All(RewardBatch.Read(pipeline.Apply(raw, training: false, iteration: 0).Shaped["score"]), v => Assert.Equal(1, v));
    }

    // r_k − r_n, n the next valid step before the last one of the response; r_k where there is none; 0 for the last.
    private static double?[] Differences(double?[] steps)
    {
        double?[] result = new double?[steps.Length];
        for (int k = 0; k < steps.Length; k++)
        {
            double next = k == steps.Length - 1 ? 0 : steps[(k + 1)..^1].FirstOrDefault(s => s is not null) ?? 0;
            result[k] =
                steps[k] is null ? null
                : k == steps.Length - 1 ? 0
                : steps[k] - next;
        }

        return result;
    }

    private static void CompareSteps(Action<RewardPipelineBuilder> add, Func<Response, double?[]> reference) =>
        Batches.Sample(
            batch =>
            {
                double?[][] shaped = Run(batch, add, (frame, made) => frame.ReadSteps(made["process"]));
                Assert.All(batch.Zip(shaped), p => AssertEqual(reference(p.First), p.Second));
            },
            iter: 100,
            threads: 1
        );

    private static void CompareOutcome(
        Action<RewardPipelineBuilder> add,
        string channel,
        Func<Response, double?> reference,
        Action<RewardPipelineBuilder>? noise = null
    ) =>
        Batches.Sample(
            batch => AssertEqual([.. batch.Select(reference)], Run(batch, noise + add, (_, made) => RewardBatch.Read(made[channel]))),
            iter: 100,
            threads: 1
        );

    private static T Run<T>(Response[] batch, Action<RewardPipelineBuilder> add, Func<RewardBatch, RewardFrame, T> read)
    {
        using RewardPipeline pipeline = Pipeline(add);
        return Apply(pipeline, batch, read);
    }

    private static RewardPipeline Pipeline(Action<RewardPipelineBuilder> add)
    {
        RewardPipelineBuilder builder = new RewardPipelineBuilder(
            RewardSchema.Outcome("verifier").Outcome("model").Steps("process")
        ).WithWeights(new() { ["verifier"] = 1 });
        add(builder);
        return builder.Build();
    }

    private static T Apply<T>(RewardPipeline pipeline, Response[] batch, Func<RewardBatch, RewardFrame, T> read)
    {
        using var scope = NewDisposeScope();
        RewardBatch frame = new()
        {
            StepCounts = [.. batch.Select(r => r.Steps.Length)],
            Groups = [.. batch.Select((_, i) => (long)i % 2)],
        };
        RewardChannel[] channels =
        [
            frame.Outcome("verifier", [.. batch.Select(r => r.Verifier)]),
            frame.Outcome("model", [.. batch.Select(r => r.Model)]),
            frame.Steps("process", [.. batch.Select(r => r.Steps)]),
        ];
        return read(frame, pipeline.Apply(new(frame.Layout(), channels), training: true, iteration: 0).Shaped);
    }

    private static void AssertEqual(double?[] expected, double?[] actual)
    {
        Assert.Equal(expected.Select(v => v is null), actual.Select(v => v is null));
        Assert.All(expected.Zip(actual), p => Assert.Equal(p.First ?? 0, p.Second ?? 0, Tolerance));
    }

    // A response of n steps has 2n tokens in these batches, and one without steps has one.
    private sealed record Response(double?[] Steps, double? Verifier, double? Model)
    {
        public int Tokens => Math.Max(1, 2 * Steps.Length);
    }
}
