using Rlhf.Records;
using Rlhf.Trainers.Phases;

namespace Rlhf.Trainers.Experiments;

/// <summary>
/// A phase that is checked and has read its data, but holds no optimizer yet. All phases of an experiment are planned before the first one
/// begins, so that what is wrong with the last one is said at once.
/// </summary>
public interface IPhasePlan
{
    /// <summary>Begins the phase, or goes on with it.</summary>
    /// <param name="recorder">Told how far it is.</param>
    /// <param name="resumes">Whether it goes on from a checkpoint, whose weights the policy has already.</param>
    ITrainingPhase Begin(IRunRecorder recorder, bool resumes);
}
