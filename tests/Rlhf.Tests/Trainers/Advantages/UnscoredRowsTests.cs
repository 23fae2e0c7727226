using Rlhf.Metrics;
using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Tests.Shaping;
using Rlhf.Trainers.Advantages;
using static Rlhf.Tests.Trainers.Advantages.AdvantageBatches;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Advantages;

/// <summary>Rows that a return channel could not score count nowhere.</summary>
public class UnscoredRowsTests
{
    // The second response has steps of which none could be scored, the third none at all, the last belongs to a baseline.
    [Theory]
    [MemberData(nameof(AllCredits), MemberType = typeof(AdvantageBatches))]
    public void Estimate_StepsOfWhichNoneIsValid_LeaveLossBaselineAndStatistics_CountedByChannel(GroupAdvantageOptions options)
    {
        using var scope = NewDisposeScope();
        using var sink = new MetricSink();
        RewardBatch with = new() { StepCounts = [2, 3, 0, 2, 2], IsPolicy = [true, true, true, true, false] },
            without = new() { StepCounts = [2, 0, 2] };
        RewardFrame frame = new(
            with.Layout(),
            [
                with.Outcome("verifier", 1, 1, 0, 0, 1),
                with.Steps("process", [-0.5, -0.25], [null, null, null], [], [null, -1], [null, null]),
            ]
        );
        using RewardPipeline pipeline = Pipeline();
        AdvantageEstimates result = options.CreateEstimator(pipeline).Estimate(pipeline.Apply(frame, training: true, 0), sink);
        (Tensor only, _) = Estimate(
            options,
            without,
            new(without.Layout(), [without.Outcome("verifier", 1, 0, 0), without.Steps("process", [-0.5, -0.25], [], [null, -1])])
        );
        Assert.Equal([true, false, true, true, false], [.. result.RowsInLoss.data<bool>()]);
        Close(only, result.Values.index_select(0, tensor((long[])[0, 2, 3])).narrow(1, 0, only.size(1)));
        Assert.Equal(0, result.Values.index_select(0, tensor((long[])[1, 4])).square().sum().item<double>());
        Dictionary<string, double> metrics = sink.Read().ToDictionary(m => m.Name, m => m.Value);
        Assert.Equal(1, metrics["reward/process/left_out"]);
        Assert.Equal(0, metrics["reward/verifier/left_out"]);
        Assert.Equal(1, metrics["reward/invalid"]);
        Assert.Equal((0.25 + 0 - 1) / 3, metrics["reward/mean"], 1e-12);
    }

    [Fact]
    public void Estimate_TokensOfWhichNoneIsValid_LeaveTheLoss()
    {
        using var scope = NewDisposeScope();
        RewardBatch batch = new() { StepCounts = [1, 1, 1] };
        RewardChannel tokens = batch.Tokens("t", 0.5);
        Tensor valid = tensor(
            new bool[,]
            {
                { true, true },
                { false, false },
                { false, true },
            }
        );
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("r").Tokens("t"))
            .WithWeights(new() { ["r"] = 1, ["t"] = 1 })
            .Build();
        ShapedRewards shaped = pipeline.Apply(
            new(batch.Layout(), [batch.Outcome("r", 1, 0, 0), tokens with { Valid = valid }]),
            training: true,
            0
        );
        AdvantageEstimates result = new GroupAdvantageOptions { Credit = Credit.Episode }
            .CreateEstimator(pipeline)
            .Estimate(shaped);
        Assert.Equal([true, false, true], [.. result.RowsInLoss.data<bool>()]);
        Assert.Equal([2, 0, 0.5], [.. result.Returns.data<double>()]);
    }
}
