using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Tests.Shaping;
using Rlhf.Trainers.Advantages;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Advantages;

/// <summary>
/// Whether a credit pays for steps of padding. Every response has four steps of work, each wrong with probability 0.2, and then goes on with
/// probability ½ after each step, up to twelve; what comes then is never wrong. Scores are 0 and −½, as after Clip, so that going on is
/// worth nothing. Groups of eight, a fixed seed.
/// </summary>
public class PaddingStepsTests
{
    private const int Groups = 8000;
    private const int GroupSize = 8;
    private const int Work = 4;
    private const int MostSteps = 12;
    private const double WrongRate = 0.2;
    private const double GoOn = 0.5;

    private static readonly (int[] Steps, bool[] Wrong) Responses = Sample();

    [Theory]
    [InlineData(Credit.Episode, 0, 0, 0.01)]
    [InlineData(Credit.ReturnToGo, 0, 0, 0.01)]
    [InlineData(Credit.StepNormalised, 0, 0.40, 0.02)]
    // Unclipped, going on is worth ½ a step, and every credit says so; step_normalised does not see the shift.
    [InlineData(Credit.Episode, 0.5, 0.48, 0.02)]
    [InlineData(Credit.ReturnToGo, 0.5, 0.45, 0.02)]
    [InlineData(Credit.StepNormalised, 0.5, 0.40, 0.02)]
    public void GradientOnGoingOn_IsWhatPaddingIsPaid(Credit credit, double shift, double expected, double tolerance)
    {
        using var scope = NewDisposeScope();
        double gradient = Gradient(new() { Credit = credit, LeaveOneOut = credit == Credit.ReturnToGo }, shift);
        TestContext.Current.SendDiagnosticMessage($"{credit}, scores shifted by {shift}: {gradient:f3}");
        Assert.Equal(expected, gradient, tolerance);
    }

    // The mean over responses of Σ_k A_k · ∂ log π(go on or stop after step k) / ∂ logit.
    private static double Gradient(GroupAdvantageOptions options, double shift)
    {
        int rows = Responses.Steps.Length;
        RewardBatch batch = new()
        {
            StepCounts = Responses.Steps,
            Groups = [.. Enumerable.Range(0, rows).Select(i => (long)i / GroupSize)],
            Samples = [.. Enumerable.Range(0, rows).Select(i => (long)i % GroupSize)],
        };
        RewardChannel scores = batch.Steps(
            "process",
            [
                .. Responses.Steps.Select(
                    (steps, i) =>
                        Enumerable
                            .Range(0, steps)
                            .Select(k => (double?)(shift - (k < Work && Responses.Wrong[Work * i + k] ? 0.5 : 0)))
                            .ToArray()
                ),
            ]
        );
        using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Steps("process"))
            .WithWeights(new() { ["process"] = 1 })
            .Build();
        BatchLayout layout = batch.Layout();
        Tensor advantages = options
            .CreateEstimator(pipeline)
            .Estimate(pipeline.Apply(new(layout, [scores]), training: true, iteration: 0))
            .Values.gather(1, layout.StepMaps[StepMap.Steps].Ends);
        double[] ofStep = [.. advantages.contiguous().data<double>()];
        double sum = 0;
        for (int i = 0; i < rows; i++)
        {
            int last = Responses.Steps[i] - 1;
            for (int k = Work - 1; k <= Math.Min(last, MostSteps - 2); k++)
            {
                sum += ofStep[MostSteps * i + k] * (k < last ? 1 - GoOn : -GoOn);
            }
        }

        return sum / rows;
    }

    private static (int[] Steps, bool[] Wrong) Sample()
    {
        Random random = new(1);
        int[] steps = new int[Groups * GroupSize];
        for (int i = 0; i < steps.Length; i++)
        {
            steps[i] = Work;
            while (steps[i] < MostSteps && random.NextDouble() < GoOn)
            {
                steps[i]++;
            }
        }

        return (steps, [.. Enumerable.Range(0, Work * steps.Length).Select(_ => random.NextDouble() < WrongRate)]);
    }
}
