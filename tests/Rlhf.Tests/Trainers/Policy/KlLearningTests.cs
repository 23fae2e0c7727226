using Rlhf.Metrics;
using Rlhf.Models;
using Rlhf.Trainers.Optimization;
using Rlhf.Trainers.Policy;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Policy;

/// <summary>
/// The KL term alone, in the loss of <see cref="PolicyUpdate"/> with the options that the samples use, must drive a policy to its reference
/// from wherever it is.
/// </summary>
public class KlLearningTests
{
    private const int Updates = 200;

    public static TheoryData<KlEstimator, float[], float[]> FarAway()
    {
        TheoryData<KlEstimator, float[], float[]> cases = [];
        float[] even = [0, 0],
            skewed = [2, 0.5f, -0.5f],
            certain = [0, -80];
        foreach (KlEstimator estimator in Enum.GetValues<KlEstimator>())
        {
            cases.Add(estimator, even, [0, -3.476f]);
            cases.Add(estimator, even, [0, 3.476f]);
            cases.Add(estimator, even, [0, -6]);
            cases.Add(estimator, skewed, [-2, 1, 4]);
            cases.Add(estimator, skewed, [6, -1, 0]);
            cases.Add(estimator, certain, [0, 0]);
            cases.Add(estimator, certain, [0, 3]);
        }

        return cases;
    }

    // On policy: every action comes as often as the policy takes it.
    [Theory]
    [MemberData(nameof(FarAway))]
    public void Penalty_OnPolicy_DrivesThePolicyToItsReference(KlEstimator estimator, float[] reference, float[] start)
    {
        const int Rows = 8,
            Width = 128;
        using CategoricalPolicy policy = new(start),
            target = new(reference);
        (double before, double after) = Train(
            policy,
            target,
            estimator,
            learningRate: 0.05,
            (float[] logProbs) =>
            {
                int[] actions = Allocate([.. logProbs.Select(p => Math.Exp(p))], Rows * Width);
                return ([.. actions.Chunk(Width)], a => logProbs[a]);
            }
        );
        Assert.InRange(before, 0.2, 100);
        Assert.InRange(after, -1e-6, before / 20);
    }

    // Both actions once, drawn evenly: the ratio is π / ½, and d reaches 160.
    [Theory]
    [InlineData(KlEstimator.K2, 0, 80)]
    [InlineData(KlEstimator.K2, 80, 0)]
    [InlineData(KlEstimator.K2, -80, 80)]
    [InlineData(KlEstimator.K3, 0, 80)]
    [InlineData(KlEstimator.K3, 80, 0)]
    [InlineData(KlEstimator.K3, -40, 40)]
    [InlineData(KlEstimator.K3Ratio, 0, 5)]
    [InlineData(KlEstimator.K3Ratio, 5, 0)]
    public void Penalty_OfEveryAction_DrivesThePolicyToItsReference(KlEstimator estimator, float first, float second)
    {
        using CategoricalPolicy policy = new(first, second),
            target = new(0, 0);
        (double before, double after) = Train(
            policy,
            target,
            estimator,
            learningRate: 1,
            _ =>
                (
                    [
                        [0],
                        [1],
                    ],
                    _ => MathF.Log(0.5f)
                )
        );
        Assert.InRange(before, 0.6, 0.7);
        Assert.InRange(after, -1e-6, 0.01);
    }

    private static (double Before, double After) Train(
        CategoricalPolicy policy,
        CategoricalPolicy reference,
        KlEstimator estimator,
        double learningRate,
        Func<float[], (int[][] Rows, Func<int, float> Old)> draw
    )
    {
        GrpoOptions algorithm = new()
        {
            Kl = new() { Coefficient = 0.001, Estimator = estimator },
        };
        using AdamWOptimizer optimizer = new(
            policy.NamedParameters,
            new()
            {
                LearningRate = learningRate,
                Decay = LearningRateDecay.Linear,
                // k3's slope falls from 5e8 to 1 on the way, which Adam has to forget.
                Beta2 = 0.9,
            },
            Updates
        );
        PolicyUpdate update = new(policy, optimizer, algorithm.UpdateSettings());
        double before = Divergence(policy, reference);
        float[] ofReference = reference.LogProbabilities;
        using MetricSink metrics = new();
        for (int i = 0; i < Updates; i++)
        {
            using var scope = NewDisposeScope();
            (int[][] rows, Func<int, float> old) = draw(policy.LogProbabilities);
            Tensor Each(Func<int, float> of) => tensor([.. rows.SelectMany(r => r.Select(of))], [rows.Length, rows[0].Length]);
            PolicyBatch batch = new(
                [.. rows.Select(r => new TokenSequence([0], r))],
                new int[rows.Length],
                ones(rows.Length, rows[0].Length, ScalarType.Bool),
                zeros(rows.Length, rows[0].Length),
                Each(old),
                Each(a => ofReference[a])
            );
            Assert.False(update.Run(batch, metrics).Single().Skipped);
        }

        Assert.All(metrics.Read(), m => Assert.True(double.IsFinite(m.Value), m.Name));
        return (before, Divergence(policy, reference));
    }

    private static double Divergence(CategoricalPolicy policy, CategoricalPolicy reference) =>
        policy.LogProbabilities.Zip(reference.LogProbabilities).Sum(p => Math.Exp(p.First) * ((double)p.First - p.Second));

    // So many actions in proportion to their probabilities, each at least once.
    private static int[] Allocate(double[] probabilities, int count)
    {
        List<int> actions = [];
        for (int a = 1; a < probabilities.Length; a++)
        {
            actions.AddRange(Enumerable.Repeat(a, Math.Max(1, (int)Math.Round(probabilities[a] * count))));
        }

        actions.AddRange(Enumerable.Repeat(0, Math.Max(0, count - actions.Count)));
        return [.. actions.Take(count)];
    }
}
