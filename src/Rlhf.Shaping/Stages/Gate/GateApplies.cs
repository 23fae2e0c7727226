namespace Rlhf.Shaping.Stages;

/// <summary>What a closed gate takes away.</summary>
public enum GateApplies
{
    /// <summary>The whole value: 0 stays.</summary>
    All,

    /// <summary>Only a value above 0: min(r, 0) stays, so that penalties still count.</summary>
    PositivePart,
}
