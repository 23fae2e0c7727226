using System.ComponentModel.DataAnnotations;
using Rlhf.Records;

namespace Rlhf.Trainers.Policy;

/// <summary>What the update minimises and how it splits its work; pure settings of <see cref="PolicyUpdate"/>.</summary>
public sealed class PolicyUpdateSettings(
    IPolicyLoss loss,
    LossAggregation aggregation,
    int maxResponseLength,
    KlOptions? kl,
    double entropyCoefficient,
    double temperature,
    int epochs,
    int minibatches,
    int microBatchTokens
)
{
    /// <summary>The policy loss per token.</summary>
    public IPolicyLoss Loss { get; init; } = loss;

    /// <summary>How token losses become one number.</summary>
    public LossAggregation Aggregation { get; init; } = aggregation;

    /// <summary>Divisor of <see cref="LossAggregation.SequenceMeanTokenSumNorm"/>.</summary>
    [Range(1, int.MaxValue)]
    public int MaxResponseLength { get; init; } = maxResponseLength;

    /// <summary>KL penalty in the loss, or null.</summary>
    public KlOptions? Kl { get; init; } = kl;

    /// <summary>c of −c·H.</summary>
    [Range(0.0, 10.0)]
    public double EntropyCoefficient { get; init; } = entropyCoefficient;

    /// <summary>Sampling temperature of all log-probabilities.</summary>
    [Range(1e-3, 100)]
    public double Temperature { get; init; } = temperature;

    /// <summary>Passes over the batch.</summary>
    [Range(1, 64)]
    public int Epochs { get; init; } = epochs;

    /// <summary>Optimizer steps of a pass.</summary>
    [Range(1, 1048576)]
    public int Minibatches { get; init; } = minibatches;

    /// <summary>Bound of a micro-batch.</summary>
    [Range(1, 1048576)]
    public int MicroBatchTokens { get; init; } = microBatchTokens;
}
