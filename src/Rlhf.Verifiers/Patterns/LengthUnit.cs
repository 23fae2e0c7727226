namespace Rlhf.Verification.Patterns;

/// <summary>What a length counts.</summary>
public enum LengthUnit
{
    /// <summary>Tokens, the end token included.</summary>
    Tokens,

    /// <summary>What white space separates.</summary>
    Words,

    /// <summary>Unicode code points.</summary>
    Characters,

    /// <summary>Reasoning steps, blank ones included.</summary>
    Steps,
}
