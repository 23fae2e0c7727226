using System.ComponentModel.DataAnnotations;

namespace Rlhf.Shaping.Stages;

/// <summary>
/// r ← (r − mean) / (std + ε), the statistics taken over the valid entries of policy rows. Where these are fewer than two or all equal,
/// there is no spread to divide by, and r becomes 0. A channel that is normalised already, or holds a KL penalty, is refused, here and by estimators that divide
/// by a standard deviation themselves.
/// </summary>
public sealed class NormaliseOptions : StageOptions
{
    /// <summary>The channel, of any granularity.</summary>
    public required string Channel { get; init; }

    /// <summary>
    /// What the statistics are over: <c>group</c>, the samples of a prompt visit; <c>batch</c>, the iteration; <c>running</c>, all
    /// iterations before this one, or the iteration itself as long as there were no two different values before it.
    /// </summary>
    /// <value>Default <c>group</c>.</value>
    public NormaliseOver Over { get; init; } = NormaliseOver.Group;

    /// <summary>Whether the mean is subtracted; otherwise r ← r / (std + ε).</summary>
    /// <value>Default true.</value>
    public bool Centre { get; init; } = true;

    /// <summary>The ddof of the variance's divisor n − ddof.</summary>
    /// <value>Default 1, a sample's; 0 for a population's.</value>
    [Range(0, 1)]
    public int Ddof { get; init; } = 1;

    /// <summary>ε.</summary>
    /// <value>Default 1e-6; above 0.</value>
    [Range(1e-12, 1.0)]
    public double Epsilon { get; init; } = 1e-6;
}
