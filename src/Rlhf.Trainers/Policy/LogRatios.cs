using static TorchSharp.torch;

namespace Rlhf.Trainers.Policy;

/// <summary>What the exponentials of differences of log-probabilities share.</summary>
internal static class LogRatios
{
    /// <summary>Differences of log-probabilities are bounded at ±this before they are exponentiated, against overflow.</summary>
    public const double Bound = 20;

    /// <summary>A value whose gradient is <paramref name="slope"/>·∇log π, whatever the value is.</summary>
    /// <param name="value">Without gradient.</param>
    /// <param name="slope">Without gradient; finite.</param>
    /// <param name="logProbs">log π, with gradient; finite.</param>
    public static Tensor WithGradient(Tensor value, Tensor slope, Tensor logProbs) => value + slope * (logProbs - logProbs.detach());
}
