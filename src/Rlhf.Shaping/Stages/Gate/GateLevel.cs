namespace Rlhf.Shaping.Stages;

/// <summary>A level of a gate.</summary>
public sealed class GateLevel(string channel, double threshold = 0)
{
    /// <summary>Its channel.</summary>
    public string Channel { get; init; } = channel;

    /// <summary>
    /// What its observed value is compared with to open the gates of all lower levels; without meaning for the lowest
    /// level. Default 0.
    /// </summary>
    public double Threshold { get; init; } = threshold;
}
