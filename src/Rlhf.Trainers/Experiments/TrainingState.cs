namespace Rlhf.Trainers.Experiments;

/// <summary>Where a run stands: what a checkpoint holds besides tensors.</summary>
internal sealed record TrainingState
{
    /// <summary>Version of the checkpoint's format.</summary>
    public int FormatVersion { get; init; } = 1;

    /// <summary>The phase.</summary>
    public required string Phase { get; init; }

    /// <summary>Iterations of the phase that are complete.</summary>
    public required int Step { get; init; }

    /// <summary>Whether the phase is over, by its last iteration or by an early stop.</summary>
    public bool PhaseIsOver { get; init; }

    /// <summary>Training problems drawn in the phase.</summary>
    public long Position { get; init; }

    /// <summary>Optimizer steps made in the phase.</summary>
    public long OptimizerSteps { get; init; }

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
