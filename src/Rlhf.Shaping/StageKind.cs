namespace Rlhf.Shaping;

/// <summary>Which list of a pipeline a stage belongs to.</summary>
public enum StageKind
{
    /// <summary>Makes observed rewards of raw ones, as a noisy verifier would give them; depends on each row's key alone.</summary>
    Noise,

    /// <summary>Makes shaped rewards of observed ones.</summary>
    Shaping,
}
