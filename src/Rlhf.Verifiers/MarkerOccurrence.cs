namespace Rlhf.Verification;

/// <summary>Which of several marked answers counts.</summary>
public enum MarkerOccurrence
{
    /// <summary>The first, as GSM8K's official rule has it.</summary>
    First,

    /// <summary>The last.</summary>
    Last,
}
