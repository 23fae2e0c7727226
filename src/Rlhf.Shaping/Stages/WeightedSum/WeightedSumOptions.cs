using System.ComponentModel.DataAnnotations;

namespace Rlhf.Shaping.Stages;

/// <summary>A new channel Σ w·r of channels of one granularity. Weights are used as they are and not made to add up to 1.</summary>
public sealed class WeightedSumOptions : StageOptions
{
    /// <summary>The weight of each channel, by name.</summary>
    [MinLength(1)]
    public required IReadOnlyDictionary<string, double> Weights { get; init; }

    /// <summary>The new channel.</summary>
    [MinLength(1)]
    public required string Into { get; init; }

    /// <summary>
    /// What an invalid entry of a channel does: <c>propagate</c> makes the sum invalid, <c>skip</c> adds up the others and is invalid only
    /// where none is left.
    /// </summary>
    /// <value>Default <c>propagate</c>.</value>
    public InvalidEntries Invalid { get; init; } = InvalidEntries.Propagate;

    /// <summary>Channels whose invalid entries add nothing where others would make the sum invalid.</summary>
    /// <value>Default none; for <c>propagate</c> only.</value>
    public IReadOnlyList<string> Optional { get; init; } = [];

    /// <inheritdoc/>
    protected override IEnumerable<string> Problems()
    {
        foreach (string missing in Optional.Where(o => !Weights.ContainsKey(o)))
        {
            yield return $"Weighted sum '{Into}': optional channel '{missing}' has no weight.";
        }

        if (Optional.Count > 0 && Invalid == InvalidEntries.Skip)
        {
            yield return $"Weighted sum '{Into}': with invalid 'skip' every channel is optional; leave 'optional' out.";
        }

        foreach ((string channel, double weight) in Weights.Where(w => !double.IsFinite(w.Value)))
        {
            yield return $"Weighted sum '{Into}': the weight of '{channel}' is {weight}, which is not finite.";
        }
    }
}
