namespace Rlhf.Shaping.Stages;

/// <summary>What an outcome is spread over.</summary>
public enum SpreadOver
{
    /// <summary>The last action token.</summary>
    LastToken,

    /// <summary>All action tokens alike.</summary>
    Tokens,

    /// <summary>All steps alike.</summary>
    Steps,
}
