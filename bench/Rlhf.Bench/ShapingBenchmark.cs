using Rlhf.Metrics;
using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Bench;

/// <summary>A pipeline of eight stages on batches of different size.</summary>
internal static class ShapingBenchmark
{
    private const int Steps = 64;
    private const int TokensAStep = 4;
    private const int Samples = 8;
    private const int Repeats = 15;

    /// <summary>Median seconds of the pipeline on so many sequences of 64 steps.</summary>
    public static double Seconds(int sequences)
    {
        using var scope = NewDisposeScope();
        using RewardPipeline pipeline = new RewardPipelineBuilder(
            RewardSchema.Outcome("verifier", levels: [0, 1]).Outcome("format", levels: [0, 1]).Steps("process", new(0, 1))
        )
            .AddFlip(new() { Channel = "verifier", Rate = 0.1 })
            .AddClip(new() { Channel = "process", Share = 0.6 })
            .AddDelta(new() { Channel = "process" })
            .AddGate(new() { Channel = "format", By = "verifier" })
            .AddAffine(new() { Channel = "process", Scale = 0.5 })
            .AddStepAggregate(new() { Channel = "process", Into = "worst" })
            .AddSoftOverlong(new() { MaxLength = 256, Cache = 64 })
            .AddNormalise(new() { Channel = "worst" })
            .WithWeights(
                new()
                {
                    ["verifier"] = 1,
                    ["format"] = 0.1,
                    ["process"] = 0.02,
                    ["worst"] = 0.1,
                    ["overlong"] = 1,
                }
            )
            .WithVerifiedOutcome("verifier")
            .Build();
        RewardFrame raw = Frame(sequences);
        return Measurement.MedianSeconds(
            () =>
            {
                using var inner = NewDisposeScope();
                using MetricSink metrics = new();
                pipeline.Apply(raw, training: true, iteration: 1, metrics);
                metrics.Read();
            },
            Repeats
        );
    }

    private static RewardFrame Frame(int sequences)
    {
        Tensor row = arange(sequences),
            actions = ones([sequences, Steps * TokensAStep], ScalarType.Bool),
            steps = ones([sequences, Steps], ScalarType.Bool),
            rows = ones([sequences], ScalarType.Bool);
        Tensor groups = row.div(Samples, RoundingMode.floor).to_type(ScalarType.Int64);
        Tensor ends = arange(1, Steps + 1).mul(TokensAStep).sub(1).expand(sequences, Steps).contiguous();
        BatchLayout layout = new()
        {
            ActionMask = actions,
            ResponseMask = actions,
            PromptVisitId = groups,
            SampleIndex = row.remainder(Samples),
            GroupIndex = groups,
            Groups = sequences / Samples,
            IsPolicy = rows,
            Truncated = rows.logical_not(),
            StepMaps = new Dictionary<string, StepMap> { [StepMap.Steps] = new(StepMap.Steps, ends, steps, steps) },
        };
        Tensor Outcome() => rand(sequences).gt(0.5).to_type(ScalarType.Float64);
        return new(
            layout,
            [
                new("verifier", RewardGranularity.Outcome, Outcome(), rows),
                new("format", RewardGranularity.Outcome, Outcome(), rows),
                new("process", RewardGranularity.Step, rand(sequences, Steps, ScalarType.Float64), steps, StepMap.Steps),
            ]
        );
    }
}
