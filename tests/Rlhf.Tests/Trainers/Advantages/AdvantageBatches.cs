using Rlhf.Shaping;
using Rlhf.Tests.Shaping;
using Rlhf.Trainers.Advantages;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Advantages;

/// <summary>Batches with outcome and step rewards, and what estimators make of them.</summary>
internal static class AdvantageBatches
{
    public static TheoryData<GroupAdvantageOptions> AllCredits() =>
        [
            new GroupAdvantageOptions { Credit = Credit.Episode },
            new GroupAdvantageOptions { Credit = Credit.Episode, Scale = AdvantageScale.BatchStd },
            new GroupAdvantageOptions
            {
                Credit = Credit.Episode,
                Scale = AdvantageScale.None,
                LeaveOneOut = true,
            },
            new GroupAdvantageOptions { Credit = Credit.ReturnToGo },
            new GroupAdvantageOptions
            {
                Credit = Credit.ReturnToGo,
                Discount = 0.9,
                LeaveOneOut = true,
            },
            new GroupAdvantageOptions { Credit = Credit.StepNormalised },
        ];

    // Row 2 is invalid, row 5 a baseline's; their groups are those of rows 0, 1 and 3, 4, 6.
    public static RewardBatch Mixed(Device device, int extraSteps = 0) =>
        new()
        {
            StepCounts = [3, 0, 1, 4, 2, 3, 2],
            Groups = [0, 0, 0, 1, 1, 1, 1],
            IsPolicy = [true, true, true, true, true, false, true],
            ExtraSteps = extraSteps,
            Device = device,
        };

    public static RewardBatch Only() => new() { StepCounts = [3, 0, 4, 2, 2], Groups = [0, 0, 1, 1, 1] };

    public static RewardFrame Frame(RewardBatch batch) =>
        new(
            batch.Layout(),
            [
                batch.Outcome("verifier", 1, 0, null, 1, 0, 1, 0),
                batch.Steps("process", [0.2, 0.9, 0.5], [], [0.7], [null, 0.3, 0.6, 0.1], [0.8, null], [0.1, null, 0.4], [0.1, 0.4]),
            ]
        );

    public static RewardPipeline Pipeline() =>
        new RewardPipelineBuilder(RewardSchema.Outcome("verifier").Steps("process"))
            .WithWeights(new() { ["verifier"] = 1, ["process"] = 1 })
            .Build();

    public static (Tensor Values, AdvantageEstimates Result) Estimate(GroupAdvantageOptions options, RewardBatch batch, RewardFrame frame)
    {
        using RewardPipeline pipeline = Pipeline();
        AdvantageEstimates result = options.CreateEstimator(pipeline).Estimate(pipeline.Apply(frame, training: true, iteration: 0));
        Assert.Equal(batch.StepCounts.Length, result.Values.size(0));
        return (result.Values, result);
    }

    public static void Close(Tensor expected, Tensor actual, double tolerance = 1e-12)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.InRange(expected.sub(actual).abs().max().item<double>(), 0, tolerance);
    }
}
