using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Tests.Shaping;
using Rlhf.Trainers.Advantages;
using static Rlhf.Tests.Trainers.Advantages.AdvantageBatches;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Advantages;

/// <summary>Return-to-go credit: whose return is compared with whose, and at what time.</summary>
public class ReturnToGoTests
{
    [Fact]
    public void ReturnToGo_TwoSamples_SubtractsTheMeanOfThoseThatHaveTheStep()
    {
        using var scope = NewDisposeScope();
        var batch = new RewardBatch { StepCounts = [2, 3] };
        RewardFrame frame = new(batch.Layout(), [batch.Outcome("verifier", 1, 0), batch.Steps("process", [0.5, 0.25], [1, 0, 2])]);
        (Tensor advantages, _) = Estimate(new() { Credit = Credit.ReturnToGo }, batch, frame);

        // Returns from the steps: 1.75, 1.25 and 3, 2, 2; the third step has one sample only, so that its tokens get 0.
        Close(
            tensor(
                new double[,]
                {
                    { -0.625, -0.625, -0.375, -0.375, 0, 0 },
                    { 0.625, 0.625, 0.375, 0.375, 0, 0 },
                }
            ),
            advantages
        );
    }

    [Fact]
    public void ReturnToGo_Discounted_CountsActionTokens()
    {
        using var scope = NewDisposeScope();
        var batch = new RewardBatch { StepCounts = [2] };
        using RewardPipeline pipeline = Pipeline();
        ShapedRewards shaped = pipeline.Apply(
            new(batch.Layout(), [batch.Outcome("verifier", 1), batch.Steps("process", [0.5, 0.25])]),
            true,
            0
        );
        Tensor toGo = ReturnToGoAdvantages.ReturnsToGo(shaped, 0.5);
        Close(
            tensor(
                new double[,]
                {
                    { 0.25 + 1.25 / 8, 0.5 + 1.25 / 4, 1.25 / 2, 1.25 },
                }
            ),
            toGo
        );
    }

    // Discounted, too: the same reward after the same number of tokens is no news, wherever the steps end.
    [Theory]
    [InlineData(1.0)]
    [InlineData(0.9)]
    [InlineData(0.5)]
    public void ReturnToGo_EqualRewards_GiveExactlyZero(double discount)
    {
        using var scope = NewDisposeScope();
        RewardBatch batch = new() { StepCounts = [3, 3, 3] };
        RewardFrame frame = new(
            batch.Layout(),
            [batch.Outcome("verifier", 1, 1, 1), batch.Steps("process", [0.3, 0.1, 0.7], [0.3, 0.1, 0.7], [0.3, 0.1, 0.7])]
        );
        (Tensor advantages, _) = Estimate(new() { Credit = Credit.ReturnToGo, Discount = discount }, batch, frame);
        Assert.All(advantages.data<double>().ToArray(), a => Assert.Equal(0, a));
    }

    // Two tokens a step, γ = ½: returns from the first tokens are ½·2 = 1 and ½·1 = ½ apart from what comes after.
    [Fact]
    public void ReturnToGo_Discounted_ComparesAtTheTimeOfTheToken()
    {
        using var scope = NewDisposeScope();
        RewardBatch batch = new() { StepCounts = [1, 1] };
        RewardFrame frame = new(batch.Layout(), [batch.Outcome("verifier", 2, 1), batch.Steps("process", [0], [0])]);
        (Tensor advantages, _) = Estimate(new() { Credit = Credit.ReturnToGo, Discount = 0.5 }, batch, frame);

        // Baseline 0.75 at the first token, 1.5 at the second.
        Close(
            tensor(
                new double[,]
                {
                    { 0.25, 0.5 },
                    { -0.25, -0.5 },
                }
            ),
            advantages
        );
    }

    // An observation before the first action and between two steps: time and offsets count actions only.
    [Fact]
    public void ReturnToGo_Discounted_ObservationsTakeNoTime()
    {
        using var scope = NewDisposeScope();
        RewardBatch batch = new() { StepCounts = [2, 2] };
        Tensor actions = tensor(
            new bool[,]
            {
                { false, true, false, true },
                { true, true, true, true },
            }
        );
        BatchLayout layout = batch.Layout() with { ActionMask = actions };
        RewardFrame frame = new(layout, [batch.Outcome("verifier", 1, 1), batch.Steps("process", [0, 0], [0, 0])]);
        (Tensor advantages, _) = Estimate(
            new()
            {
                Credit = Credit.ReturnToGo,
                Discount = 0.5,
                LeaveOneOut = true,
            },
            batch,
            frame
        );

        // From the first actions of the steps: ½ and 1 in the first response, ⅛ and ½ in the second.
        Close(
            tensor(
                new double[,]
                {
                    { 0, 0.5 - 0.125, 0, 1 - 0.5 },
                    { 0.125 - 0.5, 0.25 - 1, 0.5 - 1, 1 - 2 },
                }
            ),
            advantages
        );
    }

    [Fact]
    public void ReturnToGo_LongStepUnderAStrongDiscount_StaysFiniteInFloat32()
    {
        using var scope = NewDisposeScope();
        const int Length = 4000;
        Tensor ends = tensor((long[])[Length - 1, 1], [2, 1]),
            actions = arange(Length, ScalarType.Int64).le(ends),
            rows = zeros([2], ScalarType.Int64);
        BatchLayout layout = new()
        {
            ActionMask = actions,
            ResponseMask = actions,
            PromptVisitId = rows,
            SampleIndex = tensor((long[])[0, 1]),
            GroupIndex = rows,
            Groups = 1,
            IsPolicy = ones_like(rows, ScalarType.Bool),
            Truncated = zeros_like(rows, ScalarType.Bool),
            StepMaps = new Dictionary<string, StepMap>(StringComparer.Ordinal)
            {
                [StepMap.Steps] = new(StepMap.Steps, ends, ones_like(ends, ScalarType.Bool), ones_like(ends, ScalarType.Bool)),
            },
        };
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("r")).WithWeights(new() { ["r"] = 1 }).Build();
        RewardChannel channel = new("r", RewardGranularity.Outcome, ones([2], ScalarType.Float32), ones([2], ScalarType.Bool));
        Tensor advantages = new GroupAdvantageOptions { Credit = Credit.ReturnToGo, Discount = 0.8 }
            .CreateEstimator(pipeline)
            .Estimate(pipeline.Apply(new(layout, [channel]), training: true, 0))
            .Values;
        Assert.Equal(ScalarType.Float32, advantages.dtype);
        Assert.All(advantages.data<float>().ToArray(), a => Assert.True(float.IsFinite(a)));
    }
}
