using System.ComponentModel.DataAnnotations;

namespace Rlhf.Shaping.Stages;

/// <summary>
/// Calibration of a noisy reward model by a reasoning-pattern reward: s ← min(s + α·p, cap) where s &lt; τ, s elsewhere, so that only low scores, the false negatives
/// among them, are raised (arXiv 2505.22653, section 3.3). In training only, as in the released code; evaluation sees s.
/// </summary>
/// <remarks>
/// The paper's form and the code's form are these defaults, τ = 0.5 and α = 0.1; they differ in the code's cap of 1, which does not bind at these values. An invalid score stays
/// invalid; an invalid pattern reward counts 0.
/// </remarks>
public sealed record CalibrateOptions : StageOptions
{
    /// <summary>The reward model's outcome channel.</summary>
    public required string Channel { get; init; }

    /// <summary>The pattern reward's outcome channel.</summary>
    public required string By { get; init; }

    /// <summary>τ: scores below it are raised.</summary>
    /// <value>Default 0.5.</value>
    public double Threshold { get; init; } = 0.5;

    /// <summary>α.</summary>
    /// <value>Default 0.1; 0 or more.</value>
    [Range(0.0, 1e6)]
    public double Alpha { get; init; } = 0.1;

    /// <summary>The most a raised score may be; null for no bound.</summary>
    /// <value>Default 1.</value>
    public double? Cap { get; init; } = 1;
}
