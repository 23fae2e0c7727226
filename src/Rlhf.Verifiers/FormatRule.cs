namespace Rlhf.Verification;

/// <summary>What form a response should have.</summary>
public enum FormatRule
{
    /// <summary>The marker stands exactly once, at the beginning of the last line that is not blank, and something follows it.</summary>
    FinalLine,

    /// <summary>There is a boxed answer.</summary>
    Boxed,

    /// <summary>A regular expression matches somewhere.</summary>
    Pattern,

    /// <summary>
    /// Exactly one <c>&lt;think&gt;…&lt;/think&gt;</c> at the beginning and after it exactly one <c>&lt;answer&gt;…&lt;/answer&gt;</c> that
    /// ends the response, neither empty.
    /// </summary>
    ThinkAnswer,

    /// <summary>The response, or what its only code fence holds, is one JSON object or list.</summary>
    Json,
}
