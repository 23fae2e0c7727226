using Rlhf.Metrics;
using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using static TorchSharp.torch;

namespace Rlhf.Tests.Shaping;

public class RewardPipelineTests
{
    [Fact]
    public void Apply_NoiseThenShaping_KeepsThreeViewsAndASnapshotAStage()
    {
        using var scope = NewDisposeScope();
        var batch = new RewardBatch { StepCounts = [2, 2] };
        using RewardPipeline pipeline = new RewardPipelineBuilder(
            RewardSchema.Outcome("verifier", levels: [0, 1]).Steps("process", new RewardRange(0, 1))
        )
            .AddFlip(new() { Channel = "verifier", Rate = 1 })
            .AddGate(new() { Channel = "process", By = "verifier" })
            .AddDelta(new() { Channel = "process" })
            .WithWeights(new() { ["process"] = 0.5, ["verifier"] = 2 })
            .Build();
        RewardFrame raw = new(batch.Layout(), [batch.Outcome("verifier", 1, 0), batch.Steps("process", [0.5, 0.25], [0.75, 1])]);
        ShapedRewards shaped = pipeline.Apply(raw, training: true, iteration: 0);
        Assert.Equal([1, 0], RewardBatch.Read(shaped.Raw["verifier"]));
        Assert.Equal([0, 1], RewardBatch.Read(shaped.Observed["verifier"]));
        Assert.Equal(
            [
                [0.5, 0.25],
                [0.75, 1],
            ],
            batch.ReadSteps(shaped.Observed["process"])
        );
        Assert.Equal(
            [
                [0, 0],
                [0.75, 1],
            ],
            batch.ReadSteps(shaped.Stages[1].Channels[0])
        );
        Assert.Equal(
            [
                [0, 0],
                [0.75, 0],
            ],
            batch.ReadSteps(shaped.Shaped["process"])
        );
        Assert.Equal(
            ["process:0.5", "verifier:2"],
            shaped.Returns.Select(r => FormattableString.Invariant($"{r.Channel.Name}:{r.Weight}"))
        );

        // The gate compares the observed verifier, which evaluation leaves as scored.
        ShapedRewards evaluated = pipeline.Apply(raw, training: false, iteration: 0);
        Assert.Equal([1, 0], RewardBatch.Read(evaluated.Observed["verifier"]));
        Assert.Equal(
            [
                [0.5, 0],
                [0, 0],
            ],
            batch.ReadSteps(evaluated.Shaped["process"])
        );
    }

    [Fact]
    public void Apply_ScoresThatAreNotFinite_AreInvalid()
    {
        using var scope = NewDisposeScope();
        var batch = new RewardBatch { StepCounts = [1, 1, 1] };
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("r")).WithWeights(new() { ["r"] = 1 }).Build();
        ShapedRewards shaped = pipeline.Apply(new(batch.Layout(), [batch.Outcome("r", double.NaN, double.NegativeInfinity, 2)]), true, 0);
        Assert.Equal([null, null, 2], RewardBatch.Read(shaped.Shaped["r"]));
    }

    [Fact]
    public void Apply_FrameThatIsNotTheSchemas_IsRefused()
    {
        using var scope = NewDisposeScope();
        var batch = new RewardBatch { StepCounts = [1] };
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("r")).WithWeights(new() { ["r"] = 1 }).Build();
        Refused("no channel 'r'");
        Refused("'x' (Outcome, step map ''), which the schema does not declare", batch.Outcome("r", 1), batch.Outcome("x", 1));
        Refused("which the schema declares as Outcome", batch.Steps("r", [1]));

        void Refused(string because, params RewardChannel[] channels) =>
            Assert.Contains(
                because,
                Assert.Throws<RewardPipelineException>(() => pipeline.Apply(new(batch.Layout(), channels), true, 0)).Message,
                StringComparison.Ordinal
            );
    }

    [Fact]
    public void Frame_WrongShapeOrType_IsRefusedNamingTheChannel()
    {
        using var scope = NewDisposeScope();
        var batch = new RewardBatch { StepCounts = [1, 2] };
        RewardChannel good = batch.Outcome("r", 1, 2);
        Refused("'r': values [3] and valid [2] should both be [2]", good with { Values = zeros(3) });
        Refused("'r': values are Int64", good with { Values = zeros(2, ScalarType.Int64) });
        Refused("'r' names the step map 'turns'", batch.Steps("r", [1], [1, 2]) with { StepMap = "turns" });
        Refused("'r': a step channel names its step map", good with { StepMap = "steps" });
        Refused("'r' comes twice", good, good);

        void Refused(string because, params RewardChannel[] channels) =>
            Assert.Contains(
                because,
                Assert.Throws<RewardPipelineException>(() => new RewardFrame(batch.Layout(), channels)).Message,
                StringComparison.Ordinal
            );
    }

    [Fact]
    public void Apply_StageThatThrows_LeavesTheStateAsItWas()
    {
        using var scope = NewDisposeScope();
        var batch = new RewardBatch { StepCounts = [2] };
        var builder = new RewardPipelineBuilder(RewardSchema.Steps("process"))
            .AddClip(new() { Channel = "process", Share = 0.5 })
            .Add(StageKind.Shaping, new Breaking())
            .WithWeights(new() { ["process"] = 1 });
        using RewardPipeline pipeline = builder.Build();
        Assert.Throws<InvalidOperationException>(() => pipeline.Apply(new(batch.Layout(), [batch.Steps("process", [0.5, 1])]), true, 0));
        Assert.Empty(pipeline.State);
    }

    [Fact]
    public void State_ExportedAndRestored_GoesOnAsWithoutInterruption()
    {
        using var scope = NewDisposeScope();
        var batch = new RewardBatch { StepCounts = [3] };
        RewardFrame Frame(int iteration) => new(batch.Layout(), [batch.Steps("process", [0.1 * iteration, 0.5, 0.3 * iteration])]);
        using RewardPipeline whole = Adaptive(),
            first = Adaptive(),
            second = Adaptive();
        for (int iteration = 0; iteration < 3; iteration++)
        {
            whole.Apply(Frame(iteration), true, iteration);
            first.Apply(Frame(iteration), true, iteration);
        }

        Assert.Equal(["clip/iterations", "clip/threshold"], first.State.Select(s => s.Name));
        second.Restore(first.State);
        first.Dispose();
        for (int iteration = 3; iteration < 6; iteration++)
        {
            double?[][] expected = batch.ReadSteps(whole.Apply(Frame(iteration), true, iteration).Shaped["process"]);
            Assert.Equal(expected, batch.ReadSteps(second.Apply(Frame(iteration), true, iteration).Shaped["process"]));
        }

        RewardPipelineException problem = Assert.Throws<RewardPipelineException>(() => second.Restore([("normalise/mean", zeros(1))]));
        Assert.Contains("no stage 'normalise'", problem.Message, StringComparison.Ordinal);
        Assert.Equal(2, second.State.Count);
    }

    [Fact]
    public void Apply_Metrics_SayWhatEachStageChanged()
    {
        using var scope = NewDisposeScope();
        using var sink = new MetricSink();
        var batch = new RewardBatch { StepCounts = [3, 2] };
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Steps("process"))
            .AddClip(new() { Channel = "process", Threshold = 0.5 })
            .WithWeights(new() { ["process"] = 1 })
            .Build();
        pipeline.Apply(new(batch.Layout(), [batch.Steps("process", [0.1, 0.9, 0.5], [0, null])]), true, 0, sink);
        Dictionary<string, double> metrics = sink.Read().ToDictionary(m => m.Name, m => m.Value);
        Assert.Equal(0.5, metrics["shaping/clip/threshold"]);
        Assert.Equal(0.5, metrics["shaping/clip/at_zero"]);
        Assert.Equal(-0.9 / 4, metrics["shaping/clip/process/mean"], 1e-12);
        Assert.Equal(1, metrics["shaping/clip/process/changed"]);
    }

    private static RewardPipeline Adaptive() =>
        new RewardPipelineBuilder(RewardSchema.Steps("process"))
            .AddClip(new() { Channel = "process", Share = 0.5 })
            .WithWeights(new() { ["process"] = 1 })
            .Build();

    private sealed class Breaking : IRewardTransform
    {
        public string Name => "breaking";

        public IReadOnlyList<string> Reads => [];

        public IReadOnlyList<string> Writes => [];

        public RewardSchema Configure(RewardSchema input) => input;

        public RewardFrame Apply(RewardFrame frame, RewardContext context) => throw new InvalidOperationException("broken");
    }
}
