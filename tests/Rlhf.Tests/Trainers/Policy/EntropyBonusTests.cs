using Rlhf.Metrics;
using Rlhf.Models;
using Rlhf.Records;
using Rlhf.Trainers.Optimization;
using Rlhf.Trainers.Policy;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Policy;

/// <summary>−c·H in the loss, H of the distribution at the sampling temperature, and the log-probabilities that the ratio takes.</summary>
public class EntropyBonusTests
{
    private static readonly float[] Logits = [2, 0.5f, -0.5f];

    [Theory]
    [InlineData(1.0, 0.0)]
    [InlineData(1.0, 0.01)]
    [InlineData(2.0, 0.5)]
    public void Update_LossIsMinusTheBonusAtTheTemperature(double temperature, double coefficient)
    {
        double[] tempered = [.. Logits.Select(z => Math.Exp(z / temperature))],
            p = [.. tempered.Select(w => w / tempered.Sum())];
        double entropy = -p.Sum(x => x * Math.Log(x));
        using CategoricalPolicy policy = new(Logits);
        using MetricSink metrics = new();

        // Each action was as likely in the rollout: the ratio of each is π / ⅓, and every advantage is 1.
        double loss = Assert.Single(Run(policy, temperature, coefficient, advantage: 1, updates: 1, metrics));
        double policyLoss = -p.Average(x => Math.Min(3 * x, 1.2));
        Assert.Equal(policyLoss - coefficient * entropy, loss, 1e-5);
        Assert.Equal(entropy, metrics.Read().Single(m => m.Name == MetricNames.PolicyEntropy).Value, 1e-5);
    }

    [Fact]
    public void Update_OfTheBonusAlone_MakesEveryActionAsLikely()
    {
        using CategoricalPolicy policy = new(Logits);
        using MetricSink metrics = new();
        Run(policy, temperature: 1, coefficient: 0.01, advantage: 0, updates: 200, metrics);
        Assert.All(policy.Probabilities, p => Assert.Equal(1.0 / 3, p, 0.01));
    }

    private static double[] Run(
        CategoricalPolicy policy,
        double temperature,
        double coefficient,
        double advantage,
        int updates,
        MetricSink metrics
    )
    {
        using var scope = NewDisposeScope();
        GrpoOptions algorithm = new()
        {
            EntropyCoefficient = coefficient,
            Minibatches = 1,
            Rollout = new() { Temperature = temperature },
        };
        using AdamWOptimizer optimizer = new(policy.NamedParameters, new() { LearningRate = 0.05 }, updates);
        PolicyUpdate update = new(policy, optimizer, algorithm.UpdateSettings());
        using TorchSharp.Scalar ofAll = advantage,
            asLikely = Math.Log(1.0 / 3);
        PolicyBatch batch = new(
            [new TokenSequence([0], [0, 1, 2])],
            [0],
            ones(1, 3, ScalarType.Bool),
            full([1, 3], ofAll),
            full([1, 3], asLikely),
            null
        );
        return [.. Enumerable.Range(0, updates).SelectMany(_ => update.Run(batch, metrics)).Select(s => s.Loss)];
    }
}
