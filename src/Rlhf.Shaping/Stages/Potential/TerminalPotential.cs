namespace Rlhf.Shaping.Stages;

/// <summary>The potential after the last step.</summary>
public enum TerminalPotential
{
    /// <summary>0.</summary>
    Zero,

    /// <summary>The last step's score.</summary>
    Keep,
}
