namespace Rlhf.Shaping;

/// <summary>Bounds of a channel's values, both inclusive.</summary>
/// <param name="Minimum">The smallest value possible.</param>
/// <param name="Maximum">The largest value possible.</param>
public readonly record struct RewardRange(double Minimum, double Maximum)
{
    /// <summary>The smallest range that holds both this one and a value.</summary>
    public RewardRange Including(double value) => new(Math.Min(Minimum, value), Math.Max(Maximum, value));
}
