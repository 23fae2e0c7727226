using System.ComponentModel.DataAnnotations;

namespace Rlhf.Shaping.Stages;

/// <summary>
/// Calibration of a noisy reward model by a reasoning-pattern reward: s ← min(s + α·p, cap) where s &lt; τ, s elsewhere, so that only low
/// scores, the false negatives among them, are raised (arXiv 2505.22653, section 3.3). In training only, as in the released code;
/// evaluation sees s.
/// </summary>
/// <remarks>
/// <para>
/// The paper's form is these defaults, τ = 0.5 and α = 0.1, with a pattern source of form <c>paper</c> (40 patterns); its cap does not bind
/// there. The released code's form has a <see cref="Format"/> beside them, a source of type <c>format</c> with rule <c>think_answer</c>,
/// and a pattern source of form <c>code_reward_model</c> (53 patterns).
/// </para>
/// <para>An invalid score stays invalid; an invalid pattern reward counts 0.</para>
/// </remarks>
public sealed class CalibrateOptions : StageOptions
{
    /// <summary>The reward model's outcome channel.</summary>
    public required string Channel { get; init; }

    /// <summary>The pattern reward's outcome channel.</summary>
    public required string By { get; init; }

    /// <summary>
    /// The outcome channel that says whether a response has the wanted form. Where it does not (0.5 or less, as observed), s and p are 0
    /// before anything is raised: the released code's <c>s *= format_valid</c>, in evaluation, too. Where it is invalid, so is the result.
    /// </summary>
    /// <value>Default null, the paper's: the form does not matter.</value>
    public string? Format { get; init; }

    /// <summary>τ: scores below it are raised.</summary>
    /// <value>Default 0.5.</value>
    public double Threshold { get; init; } = 0.5;

    /// <summary>α.</summary>
    /// <value>Default 0.1; 0 or more.</value>
    [Range(0.0, 1e6)]
    public double Alpha { get; init; } = 0.1;

    /// <summary>The most a score below τ may become; null for no bound. One below τ lowers the scores between the two.</summary>
    /// <value>Default 1.</value>
    public double? Cap { get; init; } = 1;
}
