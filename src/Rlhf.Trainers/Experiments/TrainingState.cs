using Rlhf.Trainers.Optimization;

namespace Rlhf.Trainers.Experiments;

/// <summary>Where a run stands: what a checkpoint holds besides tensors.</summary>
internal sealed record TrainingState
{
    /// <summary>The version of the checkpoint's format that this library writes and reads.</summary>
    public const int Version = 3;

    /// <summary>Version of the checkpoint's format.</summary>
    public int FormatVersion { get; init; } = Version;

    /// <summary>The phase.</summary>
    public required string Phase { get; init; }

    /// <summary>Iterations of the phase that are complete.</summary>
    public required int Step { get; init; }

    /// <summary>Iterations that the phase was to have.</summary>
    public int PlannedSteps { get; init; }

    /// <summary>Whether the phase is over, by its last iteration or by an early stop.</summary>
    public bool PhaseIsOver { get; init; }

    /// <summary>Training problems drawn in the phase.</summary>
    public long Position { get; init; }

    /// <summary>Optimizer steps made in the phase.</summary>
    public long OptimizerSteps { get; init; }

    /// <summary>The learning-rate schedule; null before the phase's first iteration.</summary>
    public ScheduleState? Schedule { get; init; }

    /// <summary>Optimizer steps skipped in a row up to here.</summary>
    public int SkippedInARow { get; init; }

    /// <summary>Accuracy on the test problems before the last phase; null before it was measured.</summary>
    public double? AccuracyBefore { get; init; }

    /// <summary>Accuracy on the test problems after the last phase; null before it was measured.</summary>
    public double? AccuracyAfter { get; init; }

    /// <summary>Best accuracy of the phase's evaluations on the way.</summary>
    public double? BestAccuracy { get; init; }

    /// <summary>Evaluations on the way since the best one.</summary>
    public int EvaluationsWithoutBest { get; init; }
}

/// <summary>The learning-rate schedule that a phase follows.</summary>
/// <param name="Start">Optimizer steps of the phase before its first.</param>
/// <param name="LearningRate">Its peak.</param>
/// <param name="WarmupSteps">Its warm-up.</param>
/// <param name="Decay">Its form.</param>
/// <param name="FinalFraction">The last rate as a fraction of the peak.</param>
internal sealed record ScheduleState(long Start, double LearningRate, int WarmupSteps, LearningRateDecay Decay, double FinalFraction)
{
    /// <summary>The schedule that options name.</summary>
    public static ScheduleState Of(OptimizerOptions options, long start) =>
        new(start, options.LearningRate, options.WarmupSteps, options.Decay, options.FinalFraction);
}
