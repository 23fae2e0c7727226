using System.ComponentModel.DataAnnotations;
using Rlhf.Records;

namespace Rlhf.Trainers.Policy;

/// <summary>What the update minimises and how it splits its work; pure settings of <see cref="PolicyUpdate"/>.</summary>
/// <param name="Loss">The policy loss per token.</param>
/// <param name="Aggregation">How token losses become one number.</param>
/// <param name="MaxResponseLength">Divisor of <see cref="LossAggregation.SequenceMeanTokenSumNorm"/>.</param>
/// <param name="Kl">KL penalty in the loss, or null.</param>
/// <param name="EntropyCoefficient">c of −c·H.</param>
/// <param name="Temperature">Sampling temperature of all log-probabilities.</param>
/// <param name="Epochs">Passes over the batch.</param>
/// <param name="Minibatches">Optimizer steps of a pass.</param>
/// <param name="MicroBatchTokens">Bound of a micro-batch.</param>
public sealed record PolicyUpdateSettings(
    IPolicyLoss Loss,
    LossAggregation Aggregation,
    [property: Range(1, int.MaxValue)] int MaxResponseLength,
    KlOptions? Kl,
    [property: Range(0.0, 10.0)] double EntropyCoefficient,
    [property: Range(1e-3, 100)] double Temperature,
    [property: Range(1, 64)] int Epochs,
    [property: Range(1, 1048576)] int Minibatches,
    [property: Range(1, 1048576)] int MicroBatchTokens
);
