using Rlhf.Metrics;
using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Tests.Shaping;

/// <summary>What must hold for every stage of the registry: a stage without an example here fails the test.</summary>
public class StagePurityTests
{
    private static readonly RewardSchema Schema = RewardSchema
        .Outcome("verifier", levels: [0, 1])
        .Outcome("verifier.answered", levels: [0, 1])
        .Outcome("format", levels: [0, 1])
        .Steps("process");

    private static readonly IReadOnlyDictionary<string, StageOptions[]> Examples = new Dictionary<string, StageOptions[]>(
        StringComparer.Ordinal
    )
    {
        ["clip"] =
        [
            new ClipOptions { Channel = "process", Threshold = 0.4 },
            new ClipOptions { Channel = "process", Share = 0.6 },
            new ClipOptions { Channel = "format", Share = 0.5 },
        ],
        ["affine"] =
        [
            new AffineOptions
            {
                Channel = "process",
                Scale = -2,
                Shift = 0.5,
                Minimum = -1,
                Maximum = 0.2,
            },
        ],
        ["clip_delta"] = [new ClipDeltaOptions { Channel = "process", Share = 0.5 }],
        ["ensemble"] =
        [
            .. Enum.GetValues<EnsembleCombination>()
                .Select(c => new EnsembleOptions
                {
                    Channels = ["verifier", "format"],
                    Into = "both",
                    Combine = c,
                }),
        ],
        ["gaussian_noise"] =
        [
            new GaussianNoiseOptions { Channel = "format", StandardDeviation = 0.3 },
            new GaussianNoiseOptions { Channel = "process", StandardDeviation = 0.3 },
        ],
        ["normalise"] =
        [
            .. Enum.GetValues<NormaliseOver>().Select(o => new NormaliseOptions { Channel = "process", Over = o }),
            new NormaliseOptions { Channel = "verifier" },
            new NormaliseOptions
            {
                Channel = "process",
                Over = NormaliseOver.Batch,
                Centre = false,
                Ddof = 0,
            },
        ],
        ["spread"] =
        [
            .. Enum.GetValues<SpreadOver>()
                .Select(o => new SpreadOptions
                {
                    Channel = "verifier",
                    Into = "spread",
                    Over = o,
                }),
        ],
        ["calibrate"] =
        [
            new CalibrateOptions
            {
                Channel = "verifier",
                By = "format",
                Alpha = 0.3,
            },
            new CalibrateOptions
            {
                Channel = "verifier",
                By = "format",
                Alpha = 0.3,
                Format = "verifier.answered",
                Cap = null,
            },
        ],
        ["cosine_length"] = [new CosineLengthOptions { By = "verifier", MaxLength = 7 }],
        ["kl"] =
        [
            .. Enum.GetValues<KlForm>().Select(f => new KlRewardOptions { Form = f }),
            new KlRewardOptions { Form = KlForm.K3, ValueClamp = null },
        ],
        ["priority"] = [new PriorityOptions { Channels = ["verifier", "format"], Into = "best" }],
        ["length_normalise"] = [new LengthNormaliseOptions { Channel = "process" }],
        ["potential"] =
        [
            new PotentialOptions
            {
                Channel = "process",
                Discount = 0.9,
                Initial = 0.3,
            },
            new PotentialOptions { Channel = "process", Terminal = TerminalPotential.Keep },
            new PotentialOptions { Channel = "process", InitialFrom = "format" },
            new PotentialOptions { Channel = "process", Scores = PotentialScores.BeforeStep },
        ],
        ["soft_overlong"] = [new SoftOverlongOptions { MaxLength = 6, Cache = 4 }],
        ["step_aggregate"] =
        [
            .. Enum.GetValues<StepAggregation>()
                .Select(a => new StepAggregateOptions
                {
                    Channel = "process",
                    Into = "score",
                    Aggregation = a,
                }),
        ],
        ["weighted_sum"] =
        [
            new WeightedSumOptions
            {
                Weights = new Dictionary<string, double> { ["verifier"] = 1, ["format"] = -0.5 },
                Into = "total",
            },
            new WeightedSumOptions
            {
                Weights = new Dictionary<string, double> { ["verifier"] = 1, ["format"] = 0.5 },
                Into = "total",
                Invalid = InvalidEntries.Skip,
            },
            new WeightedSumOptions
            {
                Weights = new Dictionary<string, double> { ["verifier"] = 1, ["format"] = 0.5 },
                Into = "total",
                Optional = ["format"],
            },
        ],
        ["delta"] = [new DeltaOptions { Channel = "process" }],
        ["flip"] =
        [
            new FlipOptions { Channel = "verifier", Rate = 0.5 },
            new FlipOptions
            {
                Channel = "verifier",
                Rate = 0.5,
                Scope = FlipScope.Answer,
            },
            new FlipOptions
            {
                Channel = "process",
                Rate = 0.5,
                Scope = FlipScope.Step,
                Low = 0,
                High = 1,
            },
        ],
        ["gate"] =
        [
            new GateOptions { Channel = "process", By = "verifier" },
            new GateOptions { Levels = [new("process"), new("format"), new("verifier")], Applies = GateApplies.PositivePart },
        ],
    };

    public static TheoryData<string, int> Cases() =>
        [.. StageTypes.All.Types.Keys.SelectMany(name => Enumerable.Range(0, Examples[name].Length).Select(i => (name, i)))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Apply_OnMeta_ReadsNoData(string type, int example)
    {
        using var scope = NewDisposeScope();
        using RewardPipeline pipeline = Pipeline(type, example);
        using var sink = new MetricSink();
        RewardFrame raw = Frame(META, 2);
        for (int iteration = 0; iteration < 2; iteration++)
        {
            ShapedRewards shaped = pipeline.Apply(raw, training: true, iteration, sink);
            Assert.All(shaped.Shaped.Channels, c => Assert.Equal(DeviceType.META, c.Values.device_type));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Apply_InvalidEntries_HaveNoInfluenceAndStayZero(string type, int example)
    {
        using var scope = NewDisposeScope();
        double?[][] once = Run(type, example, Frame(CPU, 0)),
            disturbed = Run(type, example, Disturbed(Frame(CPU, 0)));
        Assert.Equal(once, disturbed);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Apply_MoreStepColumns_ChangesNothing(string type, int example)
    {
        using var scope = NewDisposeScope();
        AssertSame(type, Run(type, example, Frame(CPU, 0)), Run(type, example, Frame(CPU, 5)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Apply_RowsInAnotherOrder_GiveTheSameRows(string type, int example)
    {
        using var scope = NewDisposeScope();
        long[] order = [3, 0, 5, 1, 4, 2];
        double?[][] straight = Run(type, example, Frame(CPU, 0)),
            permuted = Run(type, example, Permuted(Frame(CPU, 0), order));
        AssertSame(type, [.. order.Select(i => straight[i])], permuted);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Apply_FloatInput_StaysFloatWithoutGradientAndInTheCallersScope(string type, int example)
    {
        using var scope = NewDisposeScope();
        using RewardPipeline pipeline = Pipeline(type, example);
        RewardFrame raw = Frame(CPU, 0, ScalarType.Float32);
        raw["process"].Values.requires_grad_(true);
        ShapedRewards shaped = pipeline.Apply(raw, training: true, iteration: 0);
        foreach (
            RewardChannel channel in shaped
                .Raw.Channels.Concat(shaped.Observed.Channels)
                .Concat(shaped.Shaped.Channels)
                .Concat(shaped.Stages.SelectMany(s => s.Channels))
        )
        {
            Assert.Equal(ScalarType.Float32, channel.Values.dtype);
            Assert.False(channel.Values.requires_grad);
            Assert.True(scope.Contains(channel.Values), "a value outlives its scope or died with the pipeline's");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Apply_ManyTimes_LeavesNoTensorBehind(string type, int example)
    {
        using RewardPipeline pipeline = Pipeline(type, example);
        long Alive(int iteration)
        {
            using (NewDisposeScope())
            {
                pipeline.Apply(Frame(CPU, 0), training: true, iteration);
            }

            return Tensor.TotalCount;
        }

        Alive(0);
        long first = Alive(1);
        Assert.Equal(first, Enumerable.Range(2, 5).Select(Alive).Last());
    }

    // Bit by bit, except where sums are in another order.
    private static void AssertSame(string type, double?[][] expected, double?[][] actual)
    {
        const double Rounding = 1e-12;
        Assert.Equal(expected.Length, actual.Length);
        foreach ((double? want, double? have) in expected.Zip(actual).SelectMany(r => r.First.Zip(r.Second)))
        {
            Assert.Equal(want is null, have is null);
            Assert.Equal(want ?? 0, have ?? 0, type == "normalise" ? Rounding : 0);
        }
    }

    private static RewardPipeline Pipeline(string type, int example)
    {
        StageOptions options = Examples[type][example];
        bool noise = type is "flip" or "gaussian_noise";
        var builder = new RewardPipelineBuilder(Schema).WithWeights(new() { ["verifier"] = 1, ["process"] = 0.1 }).WithSeed(3);
        return builder.Add(StageTypes.All, noise ? [options] : [], noise ? [] : [options]).Build();
    }

    private static RewardFrame Frame(Device device, int extraSteps, ScalarType dtype = ScalarType.Float64)
    {
        var batch = new RewardBatch
        {
            StepCounts = [3, 0, 1, 4, 2, 3],
            Groups = [0, 0, 0, 1, 1, 1],
            Visits = [7, 7, 7, 9, 9, 9],
            ExtraSteps = extraSteps,
            Dtype = dtype,
            Device = device,
        };
        return new(
            batch.Layout(),
            [
                batch.Outcome("verifier", 1, 0, null, 1, 0, 1),
                batch.Outcome("verifier.answered", 1, 0, null, 1, 1, 1),
                batch.Outcome("format", 1, 1, 0, null, 1, 0),
                batch.Steps("process", [0.2, 0.9, 0.5], [], [0.7], [null, 0.3, 0.6, 0.1], [0.8, null], [0.1, null, 0.4]),
            ]
        );
    }

    private static RewardFrame Disturbed(RewardFrame frame) =>
        new(frame.Layout, [.. frame.Channels.Select(c => c with { Values = where(c.Valid, c.Values, full_like(c.Values, double.NaN)) })]);

    private static RewardFrame Permuted(RewardFrame frame, long[] order)
    {
        Tensor index = tensor(order);
        Tensor Rows(Tensor t) => t.index_select(0, index);
        BatchLayout layout = frame.Layout;
        StepMap map = layout.StepMaps[StepMap.Steps];
        return new(
            layout with
            {
                ActionMask = Rows(layout.ActionMask),
                ResponseMask = Rows(layout.ResponseMask),
                PromptVisitId = Rows(layout.PromptVisitId),
                SampleIndex = Rows(layout.SampleIndex),
                GroupIndex = Rows(layout.GroupIndex),
                IsPolicy = Rows(layout.IsPolicy),
                Truncated = Rows(layout.Truncated),
                PolicyLogProbs = Rows(layout.PolicyLogProbs!),
                ReferenceLogProbs = Rows(layout.ReferenceLogProbs!),
                StepMaps = new Dictionary<string, StepMap>
                {
                    [map.Name] = new(map.Name, Rows(map.Ends), Rows(map.Mask), Rows(map.Complete)),
                },
            },
            [.. frame.Channels.Select(c => c with { Values = Rows(c.Values), Valid = Rows(c.Valid) })]
        );
    }

    // Two iterations, so that state takes part. A list a row: all channels' entries in order.
    private static double?[][] Run(string type, int example, RewardFrame raw)
    {
        using RewardPipeline pipeline = Pipeline(type, example);
        pipeline.Apply(raw, training: true, iteration: 0);
        RewardFrame shaped = pipeline.Apply(raw, training: true, iteration: 1).Shaped;
        return
        [
            .. Enumerable
                .Range(0, (int)raw.Layout.Rows)
                .Select(row =>
                    shaped
                        .Channels.SelectMany(c =>
                        {
                            double?[] flat = RewardBatch.Read(c);
                            int width = flat.Length / (int)raw.Layout.Rows;
                            return flat[(row * width)..((row + 1) * width)].Take(4);
                        })
                        .ToArray()
                ),
        ];
    }
}
