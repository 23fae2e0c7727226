using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using static TorchSharp.torch;

namespace Rlhf.Tests.Shaping.Stages;

public class KlPriorityTests
{
    [Theory]
    [InlineData(KlForm.K1)]
    [InlineData(KlForm.Absolute)]
    [InlineData(KlForm.K2)]
    [InlineData(KlForm.K3)]
    public void Kl_IsItsFormulaAtEachActionToken_AndNothingElsewhere(KlForm form)
    {
        using var scope = NewDisposeScope();
        RewardBatch batch = new() { StepCounts = [3, 1] };
        BatchLayout layout = batch.Layout();
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("verifier"))
            .AddKl(new() { Form = form, ValueClamp = 0.05 })
            .WithWeights(new() { ["verifier"] = 1, ["kl"] = 0.1 })
            .Build();
        Assert.True(pipeline.NeedsReference);
        RewardChannel kl = pipeline.Apply(new(layout, [batch.Outcome("verifier", 1, 0)]), training: true, 1).Shaped["kl"];
        double[] policy = [.. layout.PolicyLogProbs!.data<double>()],
            reference = [.. layout.ReferenceLogProbs!.data<double>()],
            values = [.. kl.Values.data<double>()];
        bool[] action = [.. layout.ActionMask.data<bool>()],
            valid = [.. kl.Valid.data<bool>()];
        Assert.Equal(action, valid);
        for (int i = 0; i < values.Length; i++)
        {
            double d = policy[i] - reference[i];
            double k = form switch
            {
                KlForm.K1 => d,
                KlForm.Absolute => Math.Abs(d),
                KlForm.K2 => d * d / 2,
                _ => Math.Min(Math.Exp(-d) + d - 1, 0.05),
            };
            Assert.Equal(action[i] ? -k : 0, values[i], 1e-12);
        }

        BatchLayout without = layout with { ReferenceLogProbs = null };
        Assert.Contains(
            "needs the log-probabilities of the policy and of its reference",
            Assert
                .Throws<RewardPipelineException>(() => pipeline.Apply(new(without, [batch.Outcome("verifier", 1, 0)]), training: true, 1))
                .Message,
            StringComparison.Ordinal
        );
    }

    // In float32, without a bound of the value.
    [Theory]
    [InlineData(-19.0)]
    [InlineData(-25.0)]
    [InlineData(-89.0)]
    [InlineData(-200.0)]
    [InlineData(80.0)]
    public void KlK3_FarFromTheReference_IsFinite(double d)
    {
        using var scope = NewDisposeScope();
        RewardBatch batch = new() { StepCounts = [1], Dtype = ScalarType.Float32 };
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("verifier"))
            .AddKl(new() { Form = KlForm.K3, ValueClamp = null })
            .WithWeights(new() { ["verifier"] = 1, ["kl"] = 0.1 })
            .Build();
        BatchLayout layout = batch.Layout() with { PolicyLogProbs = full([1, 2], (float)d), ReferenceLogProbs = zeros(1, 2) };
        RewardChannel kl = pipeline.Apply(new(layout, [batch.Outcome("verifier", 1)]), training: true, 1).Shaped["kl"];
        double bounded = Math.Clamp(d, -20, 20);
        Assert.Equal(1, kl.Values[0, 0].item<float>() / -(Math.Exp(-bounded) + bounded - 1), 1e-5);
    }

    [Fact]
    public void Priority_TakesTheFirstValidValue()
    {
        using var scope = NewDisposeScope();
        RewardBatch batch = new() { StepCounts = [1, 1, 1, 1] };
        using RewardPipeline pipeline = new RewardPipelineBuilder(
            RewardSchema.Outcome("verifier", levels: [0, 1]).Outcome("model").Steps("process")
        )
            .AddPriority(new() { Channels = ["verifier", "model"], Into = "reward" })
            .WithWeights(new() { ["reward"] = 1 })
            .Build();
        RewardFrame frame = new(
            batch.Layout(),
            [
                batch.Outcome("verifier", 1, null, 0, null),
                batch.Outcome("model", 0.3, 0.4, 0.5, null),
                batch.Steps("process", [1], [1], [1], [1]),
            ]
        );
        Assert.Equal([1, 0.4, 0, null], RewardBatch.Read(pipeline.Apply(frame, training: true, 1).Shaped["reward"]));
        Assert.Contains(
            "differ in granularity",
            Assert
                .Throws<RewardPipelineException>(() =>
                    new RewardPipelineBuilder(RewardSchema.Outcome("a").Steps("b"))
                        .AddPriority(new() { Channels = ["a", "b"], Into = "c" })
                        .WithWeights(new() { ["c"] = 1 })
                        .Build()
                )
                .Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void TheSwePreset_OpensFromFailsTestsOn()
    {
        using var scope = NewDisposeScope();
        RewardBatch batch = new() { StepCounts = [1, 1, 1, 1] };
        using RewardPipeline pipeline = new RewardPipelineBuilder(
            RewardSchema.Outcome("outcome", levels: SweOutcome.Levels).Steps("format", new(0, 1))
        )
            .AddGate(
                new()
                {
                    Channel = "format",
                    By = "outcome",
                    Preset = GatePreset.SweOutcome,
                }
            )
            .WithWeights(new() { ["outcome"] = 1, ["format"] = 0.1 })
            .Build();
        RewardFrame frame = new(
            batch.Layout(),
            [
                batch.Outcome("outcome", SweOutcome.NotSubmitted, SweOutcome.EmptyPatch, SweOutcome.FailsTests, SweOutcome.PassesTests),
                batch.Steps("format", [1], [1], [1], [1]),
            ]
        );
        Assert.Equal([0, 0, 1, 1], batch.ReadSteps(pipeline.Apply(frame, training: true, 1).Shaped["format"]).Select(s => s[0]));
        Assert.Throws<RewardPipelineException>(() =>
            new RewardPipelineBuilder(RewardSchema.Outcome("a").Outcome("b")).AddGate(
                new()
                {
                    Channel = "a",
                    By = "b",
                    Preset = GatePreset.SweOutcome,
                    Threshold = 1,
                }
            )
        );
    }
}
