namespace Rlhf.Shaping;

/// <summary>Whether a standard deviation has divided a channel's values already.</summary>
public enum Normalisation
{
    /// <summary>It has not.</summary>
    None,

    /// <summary>It has divided a part of them, as in a sum of normalised channels (GDPO).</summary>
    Parts,

    /// <summary>It has divided the values themselves.</summary>
    Whole,
}
