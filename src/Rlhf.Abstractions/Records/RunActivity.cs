namespace Rlhf.Records;

/// <summary>The part of an iteration that is running.</summary>
public enum RunActivity
{
    /// <summary>Supervised steps; counts iterations of the phase.</summary>
    SupervisedTraining,

    /// <summary>Sampling completions; counts finished samples.</summary>
    Rollout,

    /// <summary>Scoring completions; counts scores.</summary>
    Scoring,

    /// <summary>Policy update; counts micro-batches over all epochs and optimizer steps of the iteration.</summary>
    Update,

    /// <summary>Evaluation on held-out problems; counts problems.</summary>
    Evaluation,

    /// <summary>Writing a checkpoint; counts files.</summary>
    Checkpoint,
}
