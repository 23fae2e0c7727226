namespace Rlhf.Scoring;

/// <summary>Why a source's entry is invalid.</summary>
public enum ScoreFailure
{
    /// <summary>The source threw.</summary>
    Failed,

    /// <summary>It took longer than its deadline.</summary>
    Deadline,

    /// <summary>It gave a wrong number of values, or one that is not finite.</summary>
    Malformed,

    /// <summary>It said itself that it could not score.</summary>
    Unreadable,
}
