using Rlhf.Metrics;
using Rlhf.Rewards;
using Rlhf.Shaping;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Tests.Shaping;

/// <summary>Stages of a user that break the rules are refused by name.</summary>
public class StageGuardTests
{
    private static readonly Scalar Half = 0.5;
    private static readonly Scalar One = 1;
    private static readonly Scalar NotANumber = double.NaN;

    public static TheoryData<string, string> BrokenRules { get; } =
        new()
        {
            { "nan", "wrote 1 values that are not finite into channel 'verifier'" },
            { "infinity", "wrote 2 values that are not finite into channel 'verifier'" },
            { "in place", "wrote in place into channel 'verifier'" },
            { "in place, valid", "wrote in place into channel 'verifier'" },
            { "in place, another", "wrote in place into channel 'process'" },
            { "undeclared", "returned channel 'surprise', which it does not declare" },
            { "another", "wrote channel 'process', which is not among those that it says it writes (verifier)" },
            { "dropped", "returned no channel 'process'" },
            { "type", "returned channel 'verifier' as Float32; the rewards of this batch are Float64" },
            { "whole numbers", "channel 'verifier': values are Int64" },
            { "granularity", "returned channel 'verifier' as Token" },
            { "shape", "channel 'verifier': values [1]" },
            { "disposed", "a tensor that is disposed" },
            { "disposed after", "handed on channel 'verifier' with a tensor that is disposed" },
            { "disposes another", "disposed channel 'process', which it was given" },
            { "null", "returned null" },
            { "another batch", "returned a frame of another batch" },
        };

    [Theory]
    [MemberData(nameof(BrokenRules))]
    public void AStageThatBreaksARule_IsRefusedByName(string rule, string message)
    {
        foreach (bool withMetrics in (bool[])[false, true])
        {
            using var scope = NewDisposeScope();
            using MetricSink sink = new();
            RewardPipelineException e = Assert.Throws<RewardPipelineException>(() =>
            {
                Run(new Mine(rule), withMetrics ? sink : null);
                sink.Read();
            });
            Assert.StartsWith("stage 'mine'", e.Message, StringComparison.Ordinal);
            Assert.Contains(message, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AStageThatKeepsTheRules_IsLeftAlone()
    {
        using var scope = NewDisposeScope();
        using MetricSink sink = new();
        ShapedRewards shaped = Run(new Mine("none"), sink);
        Assert.Equal([0.5, 0, null], RewardBatch.Read(shaped.Shaped["verifier"]));
        Assert.NotEmpty(sink.Read());
    }

    // The rewards are on an accelerator, as it were: a copy to the host before the metrics are read would fail here.
    [Fact]
    public void TheChecks_ReadNothingThemselves()
    {
        using var scope = NewDisposeScope();
        Run(new Mine("nan"), metrics: null, META);
    }

    private static ShapedRewards Run(Mine stage, MetricSink? metrics, Device? device = null)
    {
        RewardBatch batch = new() { StepCounts = [1, 2, 2], Device = device ?? CPU };
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("verifier").Steps("process"))
            .Add(StageKind.Shaping, stage)
            .WithWeights(new() { ["verifier"] = 1, ["process"] = 1 })
            .Build();
        RewardFrame raw = new(batch.Layout(), [batch.Outcome("verifier", 1, 0, null), batch.Steps("process", [0.5], [1, 0], [0, 1])]);
        return pipeline.Apply(raw, training: true, 1, metrics);
    }

    private sealed class Mine(string rule) : IRewardTransform
    {
        public string Name => "mine";

        public IReadOnlyList<string> Reads => ["verifier"];

        public IReadOnlyList<string> Writes => ["verifier"];

        public RewardSchema Configure(RewardSchema input) => input;

        public RewardFrame Apply(RewardFrame frame, RewardContext context)
        {
            RewardChannel verifier = frame["verifier"],
                process = frame["process"];
            RewardFrame half = frame.With(verifier with { Values = verifier.Values.mul(Half) });
            switch (rule)
            {
                case "nan":
                    return frame.With(verifier with { Values = verifier.Values.masked_fill(verifier.Values.eq(One), NotANumber) });
                case "infinity":
                    return frame.With(verifier with { Values = verifier.Values.log() });
                case "in place":
                    verifier.Values.mul_(Half);
                    return half;
                case "in place, valid":
                    verifier.Valid.logical_not_();
                    return half;
                case "in place, another":
                    process.Values.add_(Half);
                    return half;
                case "undeclared":
                    return half.With(verifier with { Name = "surprise" });
                case "another":
                    return half.With(process with { Values = process.Values.mul(Half) });
                case "dropped":
                    return new(frame.Layout, [half["verifier"]]);
                case "type":
                    return frame.With(verifier with { Values = verifier.Values.to_type(ScalarType.Float32) });
                case "whole numbers":
                    return frame.With(verifier with { Values = verifier.Values.to_type(ScalarType.Int64) });
                case "granularity":
                    Tensor mask = frame.Layout.ActionMask;
                    return frame.With(new("verifier", RewardGranularity.Token, mask.to_type(ScalarType.Float64), mask));
                case "shape":
                    return frame.With(verifier with { Values = ones(1, ScalarType.Float64) });
                case "disposed":
                    Tensor gone = verifier.Values.mul(Half);
                    gone.Dispose();
                    return frame.With(verifier with { Values = gone });
                case "disposed after":
                    half["verifier"].Values.Dispose();
                    return half;
                case "disposes another":
                    process.Values.Dispose();
                    return half;
                case "null":
                    return null!;
                case "another batch":
                    return new(frame.Layout with { Groups = 1 }, half.Channels);
                default:
                    return half;
            }
        }
    }
}
