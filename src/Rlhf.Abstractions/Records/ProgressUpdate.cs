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

/// <summary>How far one activity is. A value type: reporting it allocates nothing.</summary>
/// <param name="Activity">The running part.</param>
/// <param name="Done">Units done, from 0.</param>
/// <param name="Total">Units in all; 0 where it is unknown.</param>
/// <param name="Tokens">Tokens sampled or trained on so far in this activity; 0 where they are not counted. Displays make the rate from
/// it.</param>
public readonly record struct ProgressUpdate(RunActivity Activity, long Done, long Total, long Tokens = 0);
