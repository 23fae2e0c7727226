using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using static TorchSharp.torch;

namespace Rlhf.Tests.Shaping;

/// <summary>Taking a channel out of the return while a run goes on.</summary>
public class SwitchOffTests
{
    [Fact]
    public void AChannelThatIsSwitchedOff_LeavesTheReturn_ButIsStillShaped_AndACheckpointKeepsIt()
    {
        using var scope = NewDisposeScope();
        using RewardPipeline pipeline = Pipeline(),
            resumed = Pipeline();
        RewardBatch batch = new() { StepCounts = [1] };
        RewardFrame frame = new(batch.Layout(), [batch.Outcome("verifier", 1), batch.Steps("process", [0.5])]);
        Assert.Equal(["verifier", "process"], pipeline.Apply(frame, training: true, 1).Returns.Select(r => r.Channel.Name));
        pipeline.SwitchOff("process");
        ShapedRewards after = pipeline.Apply(frame, training: true, 2);
        Assert.Equal(["verifier"], after.Returns.Select(r => r.Channel.Name));
        Assert.Equal(-0.4, after.Shaped["process"].Values.sum().item<double>(), 1e-12);
        resumed.Restore(pipeline.State);
        Assert.Equal(["process"], resumed.SwitchedOff);
    }

    [Fact]
    public void TheStateOfASwitchedOffChannel_IsHeldOnce_AndFreedWithThePipeline()
    {
        long before = Tensor.TotalCount;
        using (RewardPipeline pipeline = Pipeline())
        {
            pipeline.SwitchOff("process");
            Assert.Same(pipeline.State[^1].Value, pipeline.State[^1].Value);
        }

        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void WhatCannotBeSwitchedOff_IsRefused()
    {
        using RewardPipeline pipeline = Pipeline();
        Assert.Contains(
            "has no weight",
            Assert.Throws<RewardPipelineException>(() => pipeline.SwitchOff("format")).Message,
            StringComparison.Ordinal
        );
        pipeline.SwitchOff("process");
        Assert.Contains(
            "last one",
            Assert.Throws<RewardPipelineException>(() => pipeline.SwitchOff("verifier")).Message,
            StringComparison.Ordinal
        );
        Assert.Throws<RewardPipelineException>(() =>
            new RewardPipelineBuilder(RewardSchema.Outcome("a"))
                .AddAffine(new() { Name = "switched_off", Channel = "a" })
                .WithWeights(new() { ["a"] = 1 })
                .Build()
        );
    }

    private static RewardPipeline Pipeline() =>
        new RewardPipelineBuilder(RewardSchema.Outcome("verifier", levels: [0, 1]).Steps("process"))
            .AddClip(new() { Channel = "process", Threshold = 0.9 })
            .WithWeights(new() { ["verifier"] = 1, ["process"] = 1 })
            .Build();
}
