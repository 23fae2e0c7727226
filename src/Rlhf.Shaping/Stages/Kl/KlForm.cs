namespace Rlhf.Shaping.Stages;

/// <summary>An estimate of KL(π_old ‖ π_ref) from a sampled token, d = log π_old − log π_ref (Schulman 2020).</summary>
public enum KlForm
{
    /// <summary>d: unbiased, of either sign.</summary>
    K1,

    /// <summary>|d|.</summary>
    Absolute,

    /// <summary>d²/2.</summary>
    K2,

    /// <summary>e^(−d) + d − 1: unbiased, never negative.</summary>
    K3,
}
