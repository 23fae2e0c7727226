using Rlhf.Rewards;

namespace Rlhf.Shaping;

/// <summary>
/// What a pipeline made of a batch's rewards. Its tensors belong to the scope that was open around <see cref="RewardPipeline.Apply"/>.
/// </summary>
public sealed class ShapedRewards
{
    /// <summary>The rewards as scored, for evaluation and plots; entries that were not finite are invalid.</summary>
    public required RewardFrame Raw { get; init; }

    /// <summary>The rewards after the noise stages, which filters and thresholds see.</summary>
    public required RewardFrame Observed { get; init; }

    /// <summary>The rewards after all stages.</summary>
    public required RewardFrame Shaped { get; init; }

    /// <summary>For each stage, in order, what it wrote.</summary>
    public required IReadOnlyList<StageSnapshot> Stages { get; init; }

    /// <summary>The channels with a weight other than 0, in the order of the weights.</summary>
    public required IReadOnlyList<ReturnChannel> Returns { get; init; }

    /// <summary>The channel of <see cref="Raw"/> that verifies answers; null where the pipeline has none.</summary>
    public string? VerifiedChannel { get; init; }

    /// <summary>The batch.</summary>
    public BatchLayout Layout => Shaped.Layout;
}
