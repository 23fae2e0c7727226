using System.ComponentModel.DataAnnotations;

namespace Rlhf.Shaping.Stages;

/// <summary>
/// Potential-based shaping: step k gets γ·Φ(after k) − Φ(before k), Φ(after k) being the step's score (Ng, Harada and Russell 1999). The causal counterpart of
/// <see cref="DeltaOptions">Delta</see>: at γ = 1 and a terminal potential of 0 the rewards from step k on add up to −Φ(before k), which no later choice moves.
/// </summary>
/// <remarks>
/// Φ before the first step is <see cref="Initial"/>. An invalid step stays invalid and is passed over: Φ before a step is the last valid score. With a terminal of 0
/// the last valid step counts as the end.
/// </remarks>
public sealed record PotentialOptions : StageOptions
{
    /// <summary>The step channel.</summary>
    public required string Channel { get; init; }

    /// <summary>γ.</summary>
    /// <value>Default 1; 0 to 1.</value>
    [Range(0.0, 1.0)]
    public double Discount { get; init; } = 1;

    /// <summary>Φ before the first step.</summary>
    /// <value>Default 0; finite.</value>
    [Range(-1e6, 1e6)]
    public double Initial { get; init; }

    /// <summary>Φ after the last step: <c>zero</c>, which leaves the best policy as it is, or <c>keep</c> for the step's score.</summary>
    /// <value>Default <c>zero</c>.</value>
    public TerminalPotential Terminal { get; init; } = TerminalPotential.Zero;
}

/// <summary>The potential after the last step.</summary>
public enum TerminalPotential
{
    /// <summary>0.</summary>
    Zero,

    /// <summary>The last step's score.</summary>
    Keep,
}
