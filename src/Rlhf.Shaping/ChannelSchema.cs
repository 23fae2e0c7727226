using Rlhf.Rewards;

namespace Rlhf.Shaping;

/// <summary>What is known of a channel before there is a batch.</summary>
/// <param name="Name">The channel's name.</param>
/// <param name="Granularity">What a value belongs to.</param>
/// <param name="StepMap">For step channels the name of their step map; null otherwise.</param>
public sealed record ChannelSchema(string Name, RewardGranularity Granularity, string? StepMap = null)
{
    /// <summary>Bounds of the values; null where unknown.</summary>
    public RewardRange? Range { get; init; }

    /// <summary>The only values there are, ascending; null where unknown or continuous.</summary>
    public IReadOnlyList<double>? Levels { get; init; }

    /// <summary>Whether a value may be below 0: true, too, where the range is unknown.</summary>
    public bool CanBeNegative => Range is not { Minimum: >= 0 };

    /// <summary>
    /// Whether a standard deviation has divided the values already. A normalising stage refuses a channel that was normalised as it is; an estimator that
    /// divides refuses one that holds normalised parts, too.
    /// </summary>
    public Normalisation Normalisation { get; init; }

    /// <summary>
    /// Whether the values hold a KL penalty. A trainer refuses it beside one in the loss, and an estimator that divides by a standard
    /// deviation refuses it, since that would rescale the penalty's coefficient.
    /// </summary>
    public bool IsKlPenalty { get; init; }

    /// <summary>
    /// Whether the value at a place depends only on what was chosen up to there. Where not (Delta, an episode's gate on its steps), returns
    /// to go are biased: they reward a choice for what another, later choice decides.
    /// </summary>
    public bool IsCausal { get; init; } = true;
}
