using System.ComponentModel.DataAnnotations;

namespace Rlhf.Shaping.Stages;

/// <summary>
/// A new channel that takes each value from the first of several channels in which it is valid: a verifier where it could judge, else a
/// reward model. Invalid only where none is valid. Where lower priorities should <em>add</em> to higher ones, use
/// <see cref="GateOptions">gates</see>.
/// </summary>
public sealed class PriorityOptions : StageOptions
{
    /// <summary>The channels from the highest priority to the lowest, of one granularity and step map; two or more.</summary>
    [MinLength(2)]
    public required IReadOnlyList<string> Channels { get; init; }

    /// <summary>The new channel.</summary>
    [MinLength(1)]
    public required string Into { get; init; }

    /// <inheritdoc/>
    protected override IEnumerable<string> Problems() => Repeated($"Priority composition '{Into}'", Channels);
}
