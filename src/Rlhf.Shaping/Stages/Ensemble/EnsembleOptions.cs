using System.ComponentModel.DataAnnotations;

namespace Rlhf.Shaping.Stages;

/// <summary>
/// One channel from several reward models' scores of the same thing (Coste et al., arXiv 2310.02743). Invalid where one of them is.
/// </summary>
public sealed class EnsembleOptions : StageOptions
{
    /// <summary>The models' channels, of one granularity.</summary>
    [MinLength(2)]
    public required IReadOnlyList<string> Channels { get; init; }

    /// <summary>The new channel.</summary>
    [MinLength(1)]
    public required string Into { get; init; }

    /// <summary>How: <c>mean</c>, <c>min</c> (worst case), or <c>uncertainty</c>, mean − λ·variance over the models.</summary>
    /// <value>Default <c>mean</c>.</value>
    public EnsembleCombination Combine { get; init; } = EnsembleCombination.Mean;

    /// <summary>λ of <c>uncertainty</c>.</summary>
    /// <value>Default 0.5; 0 or more.</value>
    [Range(0.0, 1e6)]
    public double Penalty { get; init; } = 0.5;

    /// <inheritdoc/>
    protected override IEnumerable<string> Problems() => Repeated($"Ensemble '{Into}'", Channels);
}
