using Rlhf.Metrics;
using Rlhf.Records;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Policy;

/// <summary>A policy loss: a pure function from log-probabilities and advantages to a loss per token.</summary>
public interface IPolicyLoss
{
    /// <summary>The loss of each token, not yet masked or aggregated; metrics go to <paramref name="metrics"/>.</summary>
    /// <param name="input">Log-probabilities, advantages and mask.</param>
    /// <param name="metrics">Receives numerators and denominators.</param>
    /// <returns><c>[B,R]</c>, finite wherever the inputs are.</returns>
    Tensor PerToken(PolicyLossInput input, MetricSink metrics);
}
