using System.ComponentModel.DataAnnotations;

namespace Rlhf.Shaping.Stages;

/// <summary>
/// r ← r + σ·z, z standard normal and independent for each valid entry: the noise of a learned, continuous reward. Off in evaluation.
/// </summary>
/// <remarks>
/// z depends on the run's seed, the stage's name, the prompt visit, the sample and the position alone (Box–Muller on counter-based
/// uniforms).
/// </remarks>
public sealed class GaussianNoiseOptions : StageOptions
{
    /// <summary>The channel, of any granularity.</summary>
    public required string Channel { get; init; }

    /// <summary>σ.</summary>
    [Range(0.0, 1e6)]
    public required double StandardDeviation { get; init; }
}
