using System.ComponentModel.DataAnnotations;

namespace Rlhf.Shaping.Stages;

/// <summary>
/// Clip, then Delta on the clipped values (arXiv 2410.15115, PR-Clip-Delta): c_k = min(r_k − η, 0), then c_k − c_{k+1}, c_{K−1} for the
/// last but one step, 0 for the last.
/// </summary>
/// <remarks>The return from step k on is c_k ≤ 0. Not causal, as Delta is not; the bias favours ending, mildly.</remarks>
public sealed class ClipDeltaOptions : StageOptions
{
    /// <summary>The step channel.</summary>
    public required string Channel { get; init; }

    /// <summary>A fixed η; else <see cref="Share"/>.</summary>
    /// <value>Default null.</value>
    public double? Threshold { get; init; }

    /// <summary>Chooses η as <see cref="ClipOptions.Share"/> does.</summary>
    /// <value>Default null; 0 to 1.</value>
    [Range(0.0, 1.0)]
    public double? Share { get; init; }

    /// <summary>How much of η stays from one iteration to the next, as <see cref="ClipOptions.Decay"/>.</summary>
    /// <value>Default 0.9; 0 to 1. Without meaning for a fixed η.</value>
    [Range(0.0, 1.0)]
    public double Decay { get; init; } = 0.9;

    /// <inheritdoc/>
    protected override IEnumerable<string> Problems() =>
        Threshold is null == Share is null ? [$"Clip-Delta of channel '{Channel}': give exactly one of threshold and share."] : [];
}
