namespace Rlhf.Shaping.Stages;

/// <summary>What statistics are over.</summary>
public enum NormaliseOver
{
    /// <summary>The samples of a prompt visit.</summary>
    Group,

    /// <summary>The iteration.</summary>
    Batch,

    /// <summary>All iterations before this one.</summary>
    Running,
}
