using System.ComponentModel.DataAnnotations;

namespace Rlhf.Shaping.Stages;

/// <summary>
/// Potential-based shaping: step k gets γ·Φ(after k) − Φ(before k), Φ(after k) being the step's score (Ng, Harada and Russell 1999). The
/// causal counterpart of <see cref="DeltaOptions">Delta</see>: at γ = 1 and a terminal potential of 0 the rewards from step k on add up to
/// −Φ(before k), which no later choice moves.
/// </summary>
/// <remarks>
/// Φ before the first step is <see cref="Initial"/>, or <see cref="InitialFrom"/>. An invalid step stays invalid and is passed over: Φ
/// before a step is the last valid score. With a terminal of 0 the last valid step counts as the end. Scores that belong to the state
/// <em>before</em> their step, as a critic's do, say so by <see cref="Scores"/>: then step k gets γ·Φ of the next valid step less its own,
/// and the last one γ·0 or γ·(its own) less its own.
/// </remarks>
public sealed class PotentialOptions : StageOptions
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

    /// <summary>
    /// The outcome channel that holds Φ before the first step instead, such as a process model's score of the prompt
    /// (<c>process.prompt</c>). Where it is invalid, so is the first valid step.
    /// </summary>
    /// <value>Default null: <see cref="Initial"/>.</value>
    public string? InitialFrom { get; init; }

    /// <summary>Which state a score belongs to: <c>after_step</c>, as a process model's, or <c>before_step</c>, as a critic's.</summary>
    /// <value>Default <c>after_step</c>.</value>
    public PotentialScores Scores { get; init; } = PotentialScores.AfterStep;

    /// <summary>Φ after the last step: <c>zero</c>, which leaves the best policy as it is, or <c>keep</c> for the step's score.</summary>
    /// <value>Default <c>zero</c>.</value>
    public TerminalPotential Terminal { get; init; } = TerminalPotential.Zero;

    /// <inheritdoc/>
    protected override IEnumerable<string> Problems()
    {
        if (InitialFrom is not null && Initial != 0)
        {
            yield return $"Potential of channel '{Channel}': give one of initial and initialFrom.";
        }

        if (Scores == PotentialScores.BeforeStep && (InitialFrom is not null || Initial != 0))
        {
            yield return $"Potential of channel '{Channel}': scores before_step hold the potential before the first step; leave initial and initialFrom out.";
        }
    }
}
