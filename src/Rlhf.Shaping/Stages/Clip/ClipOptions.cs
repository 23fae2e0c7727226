using System.ComponentModel.DataAnnotations;

namespace Rlhf.Shaping.Stages;

/// <summary>
/// Clip: r ← min(r − η, 0), so that only values below η count, as penalties (arXiv 2410.15115, PR-Clip). Of any granularity.
/// </summary>
/// <remarks>
/// The paper chooses η so that most steps get 0 and names no number, so one of <see cref="Threshold"/> and <see cref="Share"/> must be
/// given.
/// </remarks>
public sealed class ClipOptions : StageOptions
{
    /// <summary>The channel to clip.</summary>
    public required string Channel { get; init; }

    /// <summary>A fixed η.</summary>
    /// <value>Default null: <see cref="Share"/> is given instead.</value>
    public double? Threshold { get; init; }

    /// <summary>
    /// Chooses η so that about this share of values gets 0: η ← d·η + (1 − d)·quantile(1 − share) over an iteration's valid values of
    /// policy rows. An iteration uses the η from before it, the first its own; evaluation leaves η as it is.
    /// </summary>
    /// <value>Default null: <see cref="Threshold"/> is given instead; 0 to 1.</value>
    [Range(0.0, 1.0)]
    public double? Share { get; init; }

    /// <summary>How much of η stays from one iteration to the next, d.</summary>
    /// <value>Default 0.9; 0 to 1. Without meaning for a fixed η.</value>
    [Range(0.0, 1.0)]
    public double Decay { get; init; } = 0.9;

    /// <inheritdoc/>
    protected override IEnumerable<string> Problems() =>
        Threshold is null == Share is null
            ? [$"Clip of channel '{Channel}': give exactly one of threshold (a fixed η) and share (of values that get 0)."]
            : [];
}
