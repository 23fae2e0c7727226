using Rlhf.Metrics;
using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using Rlhf.Trainers.Advantages;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Tests.Shaping;

/// <summary>
/// What must hold for any pipeline: random stages in random order on random batches with invalid entries, environment tokens and baseline
/// rows, then both kinds of credit that take any
/// channel. A stage type without a line in <see cref="Makers"/> fails the test.
/// </summary>
public class RandomPipelineTests
{
    // Sums over a batch in another order, and what follows from them.
    private const double Rounding = 1e-7;

    private static readonly RewardSchema Schema = new([
        new("verifier", RewardGranularity.Outcome) { Range = new(0, 1), Levels = [0, 1] },
        new("verifier.answered", RewardGranularity.Outcome) { Range = new(0, 1), Levels = [0, 1] },
        new("model", RewardGranularity.Outcome) { Range = new(-2, 3) },
        new("process", RewardGranularity.Step, StepMap.Steps) { Range = new(0.25, 1) },
        new("checks", RewardGranularity.Step, StepMap.Steps) { Range = new(-1, 1), Levels = [-1, 1] },
        new("tokens", RewardGranularity.Token) { Range = new(-1, 1) },
    ]);

    // Options of each type for a schema, or null where it has no fitting channel.
    private static readonly IReadOnlyDictionary<string, Func<Picker, StageOptions?>> Makers = new Dictionary<
        string,
        Func<Picker, StageOptions?>
    >(StringComparer.Ordinal)
    {
        ["affine"] = p => new AffineOptions
        {
            Channel = p.Any(),
            Scale = p.Number(),
            Shift = p.Number(),
            Minimum = p.Maybe(-1.5),
            Maximum = p.Maybe(1.5),
        },
        ["calibrate"] = p => new CalibrateOptions
        {
            Channel = p.Outcome(),
            By = p.Outcome(),
            Threshold = p.Number(),
            Alpha = Math.Abs(p.Number()),
            Cap = p.Maybe(0.4),
        },
        ["clip"] = p =>
            p.Maybe(0) is null
                ? new ClipOptions { Channel = p.Any(), Threshold = p.Number() }
                : new ClipOptions { Channel = p.Any(), Share = 0.6 },
        ["clip_delta"] = p =>
            p.Maybe(0) is null
                ? new ClipDeltaOptions { Channel = p.Step(), Threshold = p.Number() }
                : new ClipDeltaOptions { Channel = p.Step(), Share = 0.4 },
        ["cosine_length"] = p => new CosineLengthOptions
        {
            Into = p.New(),
            By = p.Outcome(),
            MaxLength = 5,
            MinValueWrong = p.Number(),
        },
        ["delta"] = p => new DeltaOptions { Channel = p.Step() },
        ["ensemble"] = p =>
            p.Pair() is { } pair
                ? new EnsembleOptions
                {
                    Channels = pair,
                    Into = p.New(),
                    Combine = p.One<EnsembleCombination>(),
                }
                : null,
        ["flip"] = p =>
            p.One<FlipScope>() is var scope && scope == FlipScope.Step
                ? new FlipOptions
                {
                    Channel = "checks",
                    Rate = 0.5,
                    Scope = scope,
                }
                : new FlipOptions
                {
                    Channel = "verifier",
                    FalsePositiveRate = 0.3,
                    FalseNegativeRate = 0.6,
                    Scope = scope,
                    FlipUnanswered = p.Maybe(0) is null,
                },
        ["gate"] = p =>
            p.Pair(outcomes: true) is { } higher && p.Any(except: higher) is { } lower
                ? new GateOptions
                {
                    Levels = [new(lower), new(higher[0], p.Number()), new(higher[1], p.Number())],
                    OpensWhen = p.One<GateOpening>(),
                    Applies = p.One<GateApplies>(),
                }
                : null,
        ["gaussian_noise"] = p => new GaussianNoiseOptions { Channel = p.Any("model", "process", "tokens"), StandardDeviation = 0.3 },
        ["kl"] = p => new KlRewardOptions
        {
            Into = p.New(),
            Form = p.One<KlForm>(),
            ValueClamp = p.Maybe(0.5),
        },
        ["length_normalise"] = p => new LengthNormaliseOptions { Channel = p.Step() },
        ["normalise"] = p =>
            p.Normalisable() is { } channel
                ? new NormaliseOptions
                {
                    Channel = channel,
                    Over = p.One<NormaliseOver>(),
                    Centre = p.Maybe(0) is null,
                    Ddof = p.Maybe(0) is null ? 0 : 1,
                    Epsilon = 1e-3,
                }
                : null,
        ["potential"] = p =>
            p.One<PotentialScores>() is var scores && scores == PotentialScores.AfterStep && p.Maybe(0) is null
                ? new PotentialOptions
                {
                    Channel = p.Step(),
                    InitialFrom = p.Outcome(),
                    Terminal = p.One<TerminalPotential>(),
                }
                : new PotentialOptions
                {
                    Channel = p.Step(),
                    Discount = 0.9,
                    Scores = scores,
                    Initial = scores == PotentialScores.AfterStep ? p.Number() : 0,
                    Terminal = p.One<TerminalPotential>(),
                },
        ["priority"] = p => p.Pair() is { } pair ? new PriorityOptions { Channels = pair, Into = p.New() } : null,
        ["soft_overlong"] = p => new SoftOverlongOptions
        {
            Into = p.New(),
            MaxLength = 6,
            Cache = p.Maybe(0) is null ? 4 : 0,
        },
        ["spread"] = p => new SpreadOptions
        {
            Channel = p.Outcome(),
            Into = p.New(),
            Over = p.One<SpreadOver>(),
        },
        ["step_aggregate"] = p => new StepAggregateOptions
        {
            Channel = p.Step(),
            Into = p.New(),
            Aggregation = p.One<StepAggregation>(),
        },
        ["weighted_sum"] = p =>
            p.Pair() is { } pair
                ? new WeightedSumOptions
                {
                    Weights = pair.ToDictionary(c => c, _ => p.Number()),
                    Into = p.New(),
                    Optional = p.Maybe(0) is null ? [pair[0]] : [],
                }
                : null,
    };

    [Fact]
    public void Apply_RandomPipelines_KeepTheirPromises() => Check(0, 25);

    [Fact]
    [Trait("Category", "Long")]
    public void Apply_ManyRandomPipelines_KeepTheirPromises()
    {
        LongTests.RequireEnabled();
        Check(25, 1000);
    }

    private static void Check(int firstSeed, int seeds)
    {
        HashSet<string> seen = [];
        for (int seed = firstSeed; seed < firstSeed + seeds; seed++)
        {
            using var scope = NewDisposeScope();
            Picker picker = new(new Random(seed));
            Check(seed, picker, Rows(picker.Random), seen);
        }

        Assert.Equal(StageTypes.All.Types.Keys, seen.Order(StringComparer.Ordinal));
    }

    private static void Check(int seed, Picker picker, Row[] rows, HashSet<string> seen)
    {
        (StageOptions[] noise, StageOptions[] shaping, double[] weights) = Stages(picker, seen);
        string what = $"seed {seed}: {string.Join(" → ", noise.Concat(shaping))}";
        RewardPipeline Build() => Pipeline(noise, shaping, weights);
        Results expected = Run(what, Build, rows, new Form());
        Assert.All(
            expected.Channels.Values.SelectMany(r => r).SelectMany(r => r),
            v => Assert.True(v is null || double.IsFinite(v.Value), $"{what} gives {v}")
        );

        Row[] mixed = [.. rows];
        picker.Random.Shuffle(mixed);
        AssertSame(
            $"{what}, rows in another order",
            expected,
            mixed.Select(r => Array.IndexOf(rows, r)).ToArray(),
            Run(what, Build, mixed, new Form())
        );
        int[] inOrder = [.. Enumerable.Range(0, rows.Length)];
        AssertSame($"{what}, more columns", expected, inOrder, Run(what, Build, rows, new Form { ExtraSteps = 2, ExtraTokens = 5 }));
        AssertSame(
            $"{what}, NaN where nothing counts",
            expected,
            inOrder,
            Run(what, Build, rows, new Form { Elsewhere = double.NaN, ExtraTokens = 1 })
        );
        AssertSame(
            $"{what}, huge where nothing counts",
            expected,
            inOrder,
            Run(what, Build, rows, new Form { Elsewhere = -1e300, ExtraSteps = 1 })
        );

        // Random numbers belong to a row and not to its batch.
        RewardPipeline NoiseAlone() => Pipeline(noise, [], [1]);
        Results noisy = Run(what, NoiseAlone, rows, new Form());
        foreach (int i in inOrder)
        {
            AssertSame(
                $"{what}, a row alone under noise",
                noisy,
                [i],
                Run(what, NoiseAlone, [rows[i]], new Form { ExtraSteps = 1 }),
                withAdvantages: false
            );
        }

        using RewardPipeline pipeline = Build();
        using var sink = new MetricSink();
        ShapedRewards onMeta = pipeline.Apply(Frame(rows, new Form { Device = META }), training: true, iteration: 0, sink);
        Assert.All(onMeta.Shaped.Channels, c => Assert.Equal(DeviceType.META, c.Values.device_type));
    }

    private static (StageOptions[] Noise, StageOptions[] Shaping, double[] Weights) Stages(Picker picker, HashSet<string> seen)
    {
        List<StageOptions> noise = [],
            shaping = [];
        string[] names = [.. Makers.Keys.Order(StringComparer.Ordinal)];
        int stages = picker.Random.Next(3, 9);
        while (noise.Count + shaping.Count < stages)
        {
            string name =
                noise.Count == 0 && picker.Random.Next(3) == 0
                    ? picker.Random.Next(2) == 0
                        ? "flip"
                        : "gaussian_noise"
                    : picker.Random.GetItems(names, 1)[0];
            List<StageOptions> list = name is "flip" or "gaussian_noise" ? noise : shaping;
            using (RewardPipeline before = Pipeline(noise, list == noise ? [] : shaping, [1]))
            {
                picker.Schema = before.Output;
            }

            if ((list == shaping || shaping.Count == 0) && Makers[name](picker) is { } options)
            {
                list.Add(options.With(new { Name = $"stage{noise.Count + shaping.Count}" }));
                seen.Add(name);
            }
        }

        return ([.. noise], [.. shaping], [.. Enumerable.Range(0, 20).Select(_ => picker.Number())]);
    }

    private static RewardPipeline Pipeline(IReadOnlyList<StageOptions> noise, IReadOnlyList<StageOptions> shaping, double[] weights)
    {
        RewardPipelineBuilder Builder() => new RewardPipelineBuilder(Schema).WithSeed(5).Add(StageTypes.All, noise, shaping);
        using RewardPipeline all = Builder().WithWeights(new() { ["model"] = 1 }).Build();
        return Builder()
            .WithWeights(all.Output.Channels.Select(c => c.Name).Zip(weights).ToDictionary(p => p.First, p => p.Second))
            .Build();
    }

    // Two iterations, so that state takes part.
    private static Results Run(string what, Func<RewardPipeline> build, Row[] rows, Form form)
    {
        using var scope = NewDisposeScope();
        using RewardPipeline pipeline = build();
        RewardFrame raw = Frame(rows, form);
        Tensor[] before = [.. raw.Channels.Select(c => c.Values.detach().clone())];
        pipeline.Apply(raw, training: true, iteration: 0);
        ShapedRewards shaped = pipeline.Apply(raw, training: true, iteration: 1);
        Assert.All(
            raw.Channels.Zip(before),
            p => Assert.True(p.First.Values.detach().nan_to_num(-7).Equals(p.Second.nan_to_num(-7)), "the input was written to")
        );

        Results results = new();
        foreach (RewardChannel channel in shaped.Shaped.Channels)
        {
            Assert.False(channel.Values.requires_grad);
            double?[][] values = Read(channel, rows);
            results.Channels.Add(channel.Name, values);
            ChannelSchema schema = pipeline.Output[channel.Name];
            Assert.All(
                values.SelectMany(r => r).OfType<double>(),
                v =>
                {
                    Assert.True(
                        schema.Range is not { } range || (v >= range.Minimum - Rounding && v <= range.Maximum + Rounding),
                        $"{what}: {schema} has the value {v} beyond its range"
                    );
                    Assert.True(
                        schema.Levels is not { } levels || levels.Any(l => Math.Abs(l - v) < Rounding),
                        $"{what}: {schema} has the value {v}, which is no level"
                    );
                }
            );
        }

        GroupAdvantageOptions[] credits =
        [
            new() { Credit = Credit.Episode, Scale = AdvantageScale.None },
            new() { Credit = Credit.ReturnToGo, Discount = 0.9 },
        ];
        foreach (GroupAdvantageOptions options in credits)
        {
            AdvantageEstimates estimates = options.CreateEstimator(pipeline).Estimate(shaped);
            results.Advantages.Add(
                Read(
                    new(
                        $"{options.Credit}",
                        RewardGranularity.Token,
                        estimates.Values,
                        raw.Layout.ActionMask.bitwise_and(estimates.RowsInLoss.unsqueeze(1))
                    ),
                    rows
                )
            );
        }

        return results;
    }

    // The entries of each row; beyond them nothing is valid, and what is not valid is 0.
    private static double?[][] Read(RewardChannel channel, Row[] rows)
    {
        double?[] flat = RewardBatch.Read(channel);
        int width = flat.Length / rows.Length;
        return
        [
            .. rows.Select(
                (row, i) =>
                {
                    int entries = channel.Granularity switch
                    {
                        RewardGranularity.Outcome => 1,
                        RewardGranularity.Step => row.Steps,
                        _ => row.IsAction.Length,
                    };
                    Assert.All(flat[(i * width + entries)..((i + 1) * width)], beyond => Assert.Null(beyond));
                    return flat[(i * width)..(i * width + entries)];
                }
            ),
        ];
    }

    private static void AssertSame(string what, Results expected, int[] order, Results actual, bool withAdvantages = true)
    {
        Assert.Equal(expected.Channels.Keys, actual.Channels.Keys);
        IEnumerable<(string Name, double?[][] Want, double?[][] Have)> pairs = expected.Channels.Select(c =>
            (c.Key, c.Value, actual.Channels[c.Key])
        );
        if (withAdvantages)
        {
            pairs = pairs.Concat(expected.Advantages.Zip(actual.Advantages).Select((p, i) => ($"advantage {i}", p.First, p.Second)));
        }

        foreach ((string name, double?[][] want, double?[][] have) in pairs)
        {
            for (int i = 0; i < order.Length; i++)
            {
                Assert.Equal(want[order[i]].Length, have[i].Length);
                Assert.All(
                    want[order[i]].Zip(have[i]),
                    p =>
                        Assert.True(
                            p.First is null == p.Second is null
                                && Math.Abs((p.First ?? 0) - (p.Second ?? 0)) <= Rounding * Math.Max(1, Math.Abs(p.First ?? 0)),
                            $"{what}: {name}, {p.First} and {p.Second}"
                        )
                );
            }
        }
    }

    private static Row[] Rows(Random random)
    {
        List<Row> rows = [];
        for (long visit = random.Next(100), groups = random.Next(1, 4); groups > 0; groups--, visit++)
        {
            int samples = random.Next(1, 5);
            for (int sample = 0; sample < samples; sample++)
            {
                int steps = random.Next(6),
                    tokens = Math.Max(1, 2 * steps);

                // A step's last token is the policy's; others may be an environment's, and a response without steps may have no action.
                bool[] isAction = [.. Enumerable.Range(0, tokens).Select(t => (t % 2 == 1) || random.Next(4) > 0)];
                Dictionary<string, double?[]> values = Schema.Channels.ToDictionary(
                    c => c.Name,
                    c =>
                        Enumerable
                            .Range(
                                0,
                                c.Granularity switch
                                {
                                    RewardGranularity.Outcome => 1,
                                    RewardGranularity.Step => steps,
                                    _ => tokens,
                                }
                            )
                            .Select(_ =>
                                random.Next(5) == 0 ? (double?)null
                                : c.Levels is { } levels ? levels[random.Next(2)]
                                : c.Range!.Value.Minimum + random.Next(0, 21) / 20.0 * (c.Range.Value.Maximum - c.Range.Value.Minimum)
                            )
                            .ToArray()
                );
                if (random.Next(6) == 0)
                {
                    values["process"] = new double?[steps];
                }

                rows.Add(
                    new(
                        visit,
                        sample,
                        random.Next(8) > 0,
                        steps,
                        isAction,
                        values,
                        [.. isAction.Select(_ => -3 * random.NextDouble())],
                        [.. isAction.Select(_ => -3 * random.NextDouble())]
                    )
                );
            }
        }

        return [.. rows];
    }

    private static RewardFrame Frame(Row[] rows, Form form)
    {
        long[] visits = [.. rows.Select(r => r.Visit).Distinct()];
        int steps = rows.Max(r => r.Steps) + form.ExtraSteps,
            tokens = rows.Max(r => r.IsAction.Length) + form.ExtraTokens;
        bool[,] action = new bool[rows.Length, tokens],
            real = new bool[rows.Length, tokens],
            there = new bool[rows.Length, steps];
        double[,] policy = new double[rows.Length, tokens],
            reference = new double[rows.Length, tokens];
        long[,] ends = new long[rows.Length, steps];
        for (int i = 0; i < rows.Length; i++)
        {
            for (int t = 0; t < tokens; t++)
            {
                real[i, t] = t < rows[i].IsAction.Length;
                action[i, t] = real[i, t] && rows[i].IsAction[t];
                (policy[i, t], reference[i, t]) = action[i, t]
                    ? (rows[i].Policy[t], rows[i].Reference[t])
                    : (form.Elsewhere, form.Elsewhere);
            }

            for (int k = 0; k < rows[i].Steps; k++)
            {
                (there[i, k], ends[i, k]) = (true, 2 * k + 1);
            }
        }

        Tensor On(Tensor t) => t.to(form.Device);
        Tensor mask = On(tensor(there)),
            actions = On(tensor(action));
        BatchLayout layout = new()
        {
            ActionMask = actions,
            ResponseMask = On(tensor(real)),
            PromptVisitId = On(tensor(rows.Select(r => r.Visit).ToArray())),
            SampleIndex = On(tensor(rows.Select(r => r.Sample).ToArray())),
            GroupIndex = On(tensor(rows.Select(r => (long)Array.IndexOf(visits, r.Visit)).ToArray())),
            Groups = visits.Length,
            IsPolicy = On(tensor(rows.Select(r => r.IsPolicy).ToArray())),
            Truncated = On(zeros([rows.Length], ScalarType.Bool)),
            PolicyLogProbs = On(tensor(policy)),
            ReferenceLogProbs = On(tensor(reference)),
            StepMaps = new Dictionary<string, StepMap>(StringComparer.Ordinal)
            {
                [StepMap.Steps] = new(StepMap.Steps, On(tensor(ends)), mask, mask),
            },
        };
        return new(
            layout,
            [
                .. Schema.Channels.Select(c =>
                {
                    int width = c.Granularity switch
                    {
                        RewardGranularity.Outcome => 1,
                        RewardGranularity.Step => steps,
                        _ => tokens,
                    };
                    double?[] flat =
                    [
                        .. rows.SelectMany(r => r.Values[c.Name].Concat(Enumerable.Repeat<double?>(null, width - r.Values[c.Name].Length))),
                    ];
                    long[] shape = c.Granularity == RewardGranularity.Outcome ? [rows.Length] : [rows.Length, width];
                    Tensor values = tensor([.. flat.Select(v => v ?? form.Elsewhere)], shape, ScalarType.Float64),
                        valid = tensor([.. flat.Select(v => v is not null)], shape);
                    return new RewardChannel(c.Name, c.Granularity, On(values).requires_grad_(true), On(valid), c.StepMap);
                }),
            ]
        );
    }

    private sealed record Row(
        long Visit,
        long Sample,
        bool IsPolicy,
        int Steps,
        bool[] IsAction,
        Dictionary<string, double?[]> Values,
        double[] Policy,
        double[] Reference
    );

    /// <summary>How a batch is laid out, and what stands where nothing counts.</summary>
    private sealed record Form
    {
        public int ExtraSteps { get; init; }

        public int ExtraTokens { get; init; }

        public double Elsewhere { get; init; }

        public Device Device { get; init; } = CPU;
    }

    private sealed class Results
    {
        public Dictionary<string, double?[][]> Channels { get; } = new(StringComparer.Ordinal);

        public List<double?[][]> Advantages { get; } = [];
    }

    /// <summary>Draws options for the channels of a schema.</summary>
    private sealed class Picker(Random random)
    {
        private int _made;

        public Random Random => random;

        public RewardSchema Schema { get; set; } = RandomPipelineTests.Schema;

        public string New() => $"new{_made++}";

        public double Number() => random.Next(-4, 5) / 4.0;

        public double? Maybe(double value) => random.Next(2) == 0 ? value : null;

        public T One<T>()
            where T : struct, Enum => random.GetItems(Enum.GetValues<T>(), 1)[0];

        public string Any(params string[] of) => random.GetItems(of.Length > 0 ? of : Names(_ => true), 1)[0];

        public string? Any(IReadOnlyList<string> except) => random.GetItems(Names(c => !except.Contains(c.Name)), 1)[0];

        public string Outcome() => random.GetItems(Names(c => c.Granularity == RewardGranularity.Outcome), 1)[0];

        public string Step() => random.GetItems(Names(c => c.Granularity == RewardGranularity.Step), 1)[0];

        public string? Normalisable() =>
            Names(c => c.Normalisation != Normalisation.Whole && !c.IsKlPenalty) is { Length: > 0 } names
                ? random.GetItems(names, 1)[0]
                : null;

        public string[]? Pair(bool outcomes = false)
        {
            RewardGranularity granularity = outcomes ? RewardGranularity.Outcome : One<RewardGranularity>();
            string[] names = Names(c => c.Granularity == granularity);
            random.Shuffle(names);
            return names.Length < 2 ? null : names[..2];
        }

        private string[] Names(Func<ChannelSchema, bool> which) => [.. Schema.Channels.Where(which).Select(c => c.Name)];
    }
}
