namespace Rlhf.Records;

/// <summary>How a run ended.</summary>
public enum RunOutcome
{
    /// <summary>All planned steps ran.</summary>
    Completed,

    /// <summary>The early-stop rule ended it.</summary>
    StoppedEarly,

    /// <summary>The user asked it to stop; it can be resumed.</summary>
    Interrupted,
}
