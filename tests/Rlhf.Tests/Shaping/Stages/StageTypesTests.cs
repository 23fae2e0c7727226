using System.Text.Json;
using System.Text.Json.Serialization;
using Rlhf.Configuration;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;

namespace Rlhf.Tests.Shaping.Stages;

public class StageTypesTests
{
    private static readonly RewardSchema Schema = RewardSchema.Outcome("verifier", levels: [0, 1]).Steps("process");

    [Fact]
    public void Read_EveryBuiltInType_GivesItsOptionsWithDefaults()
    {
        IReadOnlyList<StageOptions> stages = Parse(
            """
            [
              { "type": "clip", "channel": "process", "threshold": 0.7 },
              { "channel": "process", "name": "second", "type": "delta" },
              { "type": "gate", "channel": "process", "by": "verifier", "opensWhen": "greater_or_equal", "applies": "positive_part" },
              { "type": "gate", "levels": [ { "channel": "process" }, { "channel": "verifier", "threshold": 0.5 } ] },
              { "type": "flip", "channel": "verifier", "rate": 0.2, "scope": "answer" }
            ]
            """
        );
        AssertSame(new ClipOptions { Channel = "process", Threshold = 0.7 }, stages[0]);
        AssertSame(new DeltaOptions { Name = "second", Channel = "process" }, stages[1]);
        AssertSame(
            new GateOptions
            {
                Channel = "process",
                By = "verifier",
                OpensWhen = GateOpening.GreaterOrEqual,
                Applies = GateApplies.PositivePart,
            },
            stages[2]
        );
        AssertSame(new GateOptions { Levels = [new("process"), new("verifier", 0.5)] }, stages[3]);
        AssertSame(
            new FlipOptions
            {
                Channel = "verifier",
                Rate = 0.2,
                Scope = FlipScope.Answer,
            },
            stages[4]
        );
        Assert.Equal(
            [
                "affine",
                "calibrate",
                "clip",
                "clip_delta",
                "cosine_length",
                "delta",
                "ensemble",
                "flip",
                "gate",
                "gaussian_noise",
                "kl",
                "length_normalise",
                "normalise",
                "potential",
                "priority",
                "soft_overlong",
                "spread",
                "step_aggregate",
                "weighted_sum",
            ],
            StageTypes.All.Types.Keys
        );
    }

    [Theory]
    [InlineData(
        """[{ "type": "clp", "channel": "process" }]""",
        "there is no stage type 'clp'; types: affine, calibrate, clip, clip_delta"
    )]
    [InlineData("""[{ "channel": "process" }]""", "a stage is an object with a \"type\"")]
    [InlineData("""[{ "type": "clip", "channel": "process", "treshold": 1 }]""", "treshold")]
    [InlineData("""[{ "type": "clip", "threshold": 1 }]""", "channel")]
    [InlineData("""["clip"]""", "a stage is an object with a \"type\"")]
    public void Read_WrongJson_IsRefusedWithThePlace(string json, string because)
    {
        JsonException problem = Assert.Throws<JsonException>(() => Parse(json));
        Assert.Contains(because, problem.Message, StringComparison.Ordinal);
        Assert.Equal("$[0]", problem.Path);
    }

    [Fact]
    public void Write_ThenRead_GivesTheSameOptions()
    {
        StageOptions options = new FlipOptions
        {
            Channel = "verifier",
            FalsePositiveRate = 0.1,
            FalseNegativeRate = 0.3,
        };
        string json = JsonSerializer.Serialize<IReadOnlyList<StageOptions>>([options], Options(StageTypes.All));
        Assert.StartsWith("""[{"type":"flip",""", json, StringComparison.Ordinal);
        AssertSame(options, Assert.Single(Parse(json)));
    }

    [Fact]
    public void AddTo_StageInTheOtherList_IsRefused()
    {
        RewardPipelineException problem = Assert.Throws<RewardPipelineException>(() =>
            new RewardPipelineBuilder(Schema).Add(StageTypes.All, noise: [new DeltaOptions { Channel = "process" }], shaping: [])
        );
        Assert.Contains(
            "'delta' is of type 'delta', which belongs into the list 'shaping', not 'noise'",
            problem.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void With_AThirdPartysStage_IsReadAndBuilt()
    {
        TypeRegistry<StageOptions, RewardPipelineBuilder, RewardPipelineBuilder> registry = StageTypes.All.With<NothingOptions>(
            "nothing",
            (o, builder) => builder.Add(StageKind.Shaping, "nothing", o, (name, _) => new Nothing(name))
        );
        IReadOnlyList<StageOptions> stages = Parse("""[{ "type": "nothing", "name": "zero" }]""", registry);
        using RewardPipeline pipeline = new RewardPipelineBuilder(Schema)
            .Add(registry, [], stages)
            .WithWeights(new() { ["verifier"] = 1 })
            .Build();
        Assert.Equal("zero", Assert.Single(pipeline.Stages).Stage);
        Assert.DoesNotContain("nothing", StageTypes.All.Types.Keys);
        Assert.Throws<ArgumentException>(() => registry.With<NothingOptions>("nothing", (_, builder) => builder));
    }

    private static void AssertSame(StageOptions expected, StageOptions actual)
    {
        Assert.Equal(expected.GetType(), actual.GetType());
        Assert.Equivalent(expected, actual, strict: true);
    }

    private static IReadOnlyList<StageOptions> Parse(string json, ITypeRegistry? registry = null) =>
        JsonSerializer.Deserialize<IReadOnlyList<StageOptions>>(json, Options(registry ?? StageTypes.All))!;

    private static JsonSerializerOptions Options(ITypeRegistry registry) =>
        new(JsonSerializerDefaults.Web)
        {
            PropertyNameCaseInsensitive = false,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            Converters = { new TypeJsonConverter<StageOptions>(registry), new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        };

    private sealed class NothingOptions : StageOptions;

    private sealed class Nothing(string name) : IRewardTransform
    {
        public string Name => name;

        public IReadOnlyList<string> Reads => [];

        public IReadOnlyList<string> Writes => [];

        public RewardSchema Configure(RewardSchema input) => input;

        public RewardFrame Apply(RewardFrame frame, RewardContext context) => frame;
    }
}
