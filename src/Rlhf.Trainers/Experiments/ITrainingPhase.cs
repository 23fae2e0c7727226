using Rlhf.Records;
using Rlhf.Trainers.Optimization;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Experiments;

/// <summary>A part of an experiment that trains: a numbered series of iterations over one optimizer.</summary>
internal interface ITrainingPhase : IDisposable
{
    /// <summary>Its name in metrics and checkpoints.</summary>
    string Name { get; }

    /// <summary>Iterations at the most.</summary>
    int Steps { get; }

    /// <summary>Iterations between two evaluations; 0 for none on the way.</summary>
    int EvaluateEvery { get; }

    /// <summary>Whether the phase ends because of this accuracy.</summary>
    /// <param name="accuracy">Accuracy of the newest evaluation.</param>
    /// <param name="evaluationsWithoutBest">Evaluations since the best one.</param>
    bool Stops(double accuracy, int evaluationsWithoutBest);

    /// <summary>Training problems that an iteration draws.</summary>
    int ProblemsPerStep { get; }

    /// <summary>Optimizer steps that an iteration makes, those included that are skipped.</summary>
    int OptimizerStepsPerStep { get; }

    /// <summary>The optimizer, whose state a checkpoint keeps.</summary>
    AdamWOptimizer Optimizer { get; }

    /// <summary>Training problems drawn so far; setting it goes on from there.</summary>
    long Position { get; set; }

    /// <summary>Named tensors besides weights and moments that a checkpoint keeps; still owned by the phase.</summary>
    IReadOnlyList<(string Name, Tensor Value)> State { get; }

    /// <summary>Takes over what <see cref="State"/> gave.</summary>
    void Restore(IReadOnlyDictionary<string, Tensor> state);

    /// <summary>Takes in the records of a resumed run's iterations so far.</summary>
    void Recall(IEnumerable<IterationRecord> records) { }

    /// <summary>Makes one iteration, whole: it cannot be cancelled, so weights, moments and position always belong together.</summary>
    /// <param name="step">Its number, from 1.</param>
    /// <param name="clock">Measures its parts.</param>
    PhaseStep Step(int step, PhaseClock clock);
}

/// <summary>What an iteration left.</summary>
/// <param name="Record">Its metrics.</param>
/// <param name="Completions">Some completions with their rewards, or null.</param>
/// <param name="Updates">Its optimizer steps.</param>
/// <param name="Inspect">Describes the rows of an optimizer step as JSON values, for a step that was skipped.</param>
internal sealed record PhaseStep(
    IterationRecord Record,
    CompletionTable? Completions,
    IReadOnlyList<OptimizerStepResult> Updates,
    Func<OptimizerStepResult, object> Inspect
)
{
    /// <summary>Whether the phase ends with this iteration, because of what was seen in it.</summary>
    public bool EndsPhase { get; init; }
}
