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

/// <summary>The result of a run.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="AccuracyBefore">Held-out accuracy after SFT and before RL, a fraction; <see langword="null"/> where it was not
/// measured.</param>
/// <param name="AccuracyAfter">Held-out accuracy at the end, a fraction; <see langword="null"/> where it was not measured.</param>
/// <param name="Steps">Iterations of the last phase that are complete.</param>
/// <param name="Seconds">The process's seconds.</param>
public sealed record RunSummary(RunOutcome Outcome, double? AccuracyBefore, double? AccuracyAfter, int Steps, double Seconds)
{
    /// <summary>What a reader of the result should know, such as which problems were left out.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
