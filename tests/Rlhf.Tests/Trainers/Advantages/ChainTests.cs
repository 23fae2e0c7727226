using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using Rlhf.Tests.Shaping;
using Rlhf.Trainers.Advantages;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Advantages;

/// <summary>
/// What a process reward does to the number of steps, without sampling: a chain in which every step scores 0.9 and the answer is right
/// whatever its length, at most
/// twelve steps, one logit a step, exact policy gradient. Rewards and returns come from the library's stages and estimators.
/// </summary>
public class ChainTests
{
    private const int MostSteps = 12;
    private const int Updates = 400;
    private const double Score = 0.9;

    [Theory]
    [InlineData("raw", 0.2, 11.8, 11.8)]
    [InlineData("raw", 0.02, 5.4, 5.4)]
    [InlineData("clip", 0.2, 1.3, 1.3)]
    [InlineData("clip", 0.02, 1.9, 1.9)]
    [InlineData("delta", 0.2, 3.0, 10.7)]
    [InlineData("delta", 0.02, 2.6, 3.4)]
    [InlineData("clip_delta", 0.2, 1.6, 1.5)]
    [InlineData("clip_delta", 0.02, 2.0, 1.9)]
    [InlineData("potential", 0.2, 2.0, 2.0)]
    [InlineData("potential", 0.02, 2.0, 2.0)]
    public void ExpectedSteps_AfterTraining(string reward, double weight, double wholeEpisode, double returnToGo)
    {
        (double[] episode, double[][] toGo) = Returns(reward, weight);
        Assert.Equal(wholeEpisode, Train((steps, _) => episode[steps - 1]), 0.051);
        Assert.Equal(returnToGo, Train((steps, k) => toGo[steps - 1][k]), 0.051);
    }

    // Returns of a response of each length: of the whole, and from each step on.
    private static (double[] Episode, double[][] ToGo) Returns(string reward, double weight)
    {
        using var scope = NewDisposeScope();
        var batch = new RewardBatch { StepCounts = [.. Enumerable.Range(1, MostSteps)] };
        var builder = new RewardPipelineBuilder(RewardSchema.Outcome("correct").Steps("process")).WithWeights(
            new() { ["correct"] = 1, ["process"] = weight }
        );
        _ = reward switch
        {
            "clip" => builder.AddClip(new() { Channel = "process", Threshold = 0.95 }),
            "delta" => builder.AddDelta(new() { Channel = "process" }),
            "clip_delta" => builder.AddClipDelta(new() { Channel = "process", Threshold = 0.95 }),
            "potential" => builder.AddPotential(new() { Channel = "process" }),
            _ => builder,
        };
        using RewardPipeline pipeline = builder.Build();
        BatchLayout layout = batch.Layout();
        double?[] correct = [.. Enumerable.Repeat((double?)1, MostSteps)];
        double?[][] scores = [.. Enumerable.Range(1, MostSteps).Select(n => Enumerable.Repeat((double?)Score, n).ToArray())];
        ShapedRewards shaped = pipeline.Apply(
            new(layout, [batch.Outcome("correct", correct), batch.Steps("process", scores)]),
            training: true,
            iteration: 0
        );
        StepMap map = layout.StepMaps[StepMap.Steps];
        double?[][] toGo = batch.ReadSteps(
            new(
                "return",
                RewardGranularity.Step,
                ReturnToGoAdvantages.ReturnsToGo(shaped, 1).gather(1, map.Ends).mul(map.Mask),
                map.Mask,
                map.Name
            )
        );
        return ([.. CreditTensors.EpisodeReturns(shaped).data<double>()], [.. toGo.Select(row => row.Select(v => v!.Value).ToArray())]);
    }

    // The return that the choice after step k (from 0) is credited with, in a response of so many steps. A baseline that knows the state,
    // an exact critic's, drops out of the expectation.
    private static double Train(Func<int, int, double> credited)
    {
        double[] logits = new double[MostSteps - 1];
        for (int update = 0; update < Updates; update++)
        {
            double[] goOn = [.. logits.Select(Sigmoid)],
                gradient = new double[logits.Length],
                probabilities = Probabilities(goOn);
            for (int steps = 1; steps <= MostSteps; steps++)
            {
                for (int k = 0; k < Math.Min(steps, logits.Length); k++)
                {
                    double score = k < steps - 1 ? 1 - goOn[k] : -goOn[k];
                    gradient[k] += probabilities[steps - 1] * credited(steps, k) * score;
                }
            }

            for (int k = 0; k < logits.Length; k++)
            {
                logits[k] += gradient[k];
            }
        }

        return Probabilities([.. logits.Select(Sigmoid)]).Select((p, i) => p * (i + 1)).Sum();
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double[] Probabilities(double[] goOn)
    {
        double[] result = new double[MostSteps];
        double reached = 1;
        for (int i = 0; i < MostSteps; i++)
        {
            result[i] = i < goOn.Length ? reached * (1 - goOn[i]) : reached;
            reached *= i < goOn.Length ? goOn[i] : 1;
        }

        return result;
    }
}
