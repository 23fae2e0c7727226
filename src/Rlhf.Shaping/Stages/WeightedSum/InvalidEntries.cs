namespace Rlhf.Shaping.Stages;

/// <summary>What an invalid entry does to a result made of several.</summary>
public enum InvalidEntries
{
    /// <summary>The result is invalid.</summary>
    Propagate,

    /// <summary>The entry is left out.</summary>
    Skip,
}
