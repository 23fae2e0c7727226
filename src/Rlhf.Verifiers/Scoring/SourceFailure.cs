namespace Rlhf.Scoring;

/// <summary>A completion that a source could not score.</summary>
public sealed class SourceFailure(string problemId, string what, Exception? exception)
{
    /// <summary>Its problem's id.</summary>
    public string ProblemId { get; } = problemId;

    /// <summary>What happened, in words.</summary>
    public string What { get; } = what;

    /// <summary>What the source threw, with its stack; null where it threw nothing.</summary>
    public Exception? Exception { get; } = exception;

    /// <summary>The failure in a sentence, without the stack.</summary>
    public override string ToString() => $"problem {ProblemId}: {(Exception is null ? What : $"{Exception.GetType().Name}: {What}")}";
}
