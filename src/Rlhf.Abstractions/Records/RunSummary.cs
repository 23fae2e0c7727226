namespace Rlhf.Records;

/// <summary>The result of a run.</summary>
public sealed class RunSummary(RunOutcome outcome, double? accuracyBefore, double? accuracyAfter, int steps, double seconds)
{
    /// <summary>How it ended.</summary>
    public RunOutcome Outcome { get; } = outcome;

    /// <summary>
    /// Held-out accuracy after SFT and before RL, a fraction; <see langword="null"/> where it was not
    /// measured.
    /// </summary>
    public double? AccuracyBefore { get; } = accuracyBefore;

    /// <summary>Held-out accuracy at the end, a fraction; <see langword="null"/> where it was not measured.</summary>
    public double? AccuracyAfter { get; } = accuracyAfter;

    /// <summary>Iterations of the last phase that are complete.</summary>
    public int Steps { get; } = steps;

    /// <summary>The process's seconds.</summary>
    public double Seconds { get; } = seconds;

    /// <summary>What a reader of the result should know, such as which problems were left out.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
