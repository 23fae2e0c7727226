namespace Rlhf.Shaping.Stages;

/// <summary>When a higher level opens the gate.</summary>
public enum GateOpening
{
    /// <summary>Its value is greater than the threshold.</summary>
    Greater,

    /// <summary>Its value is greater than the threshold or equal to it.</summary>
    GreaterOrEqual,
}
