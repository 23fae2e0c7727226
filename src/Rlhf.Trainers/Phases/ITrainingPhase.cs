using Rlhf.Records;
using Rlhf.Trainers.Optimization;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Phases;

/// <summary>A part of an experiment that trains: a numbered series of iterations over one optimizer.</summary>
public interface ITrainingPhase : IDisposable
{
    /// <summary>Its name in metrics and checkpoints.</summary>
    string Name { get; }

    /// <summary>Iterations at the most.</summary>
    int Iterations { get; }

    /// <summary>Iterations between two evaluations; 0 for none on the way.</summary>
    int EvaluateEvery { get; }

    /// <summary>Whether the phase ends because of this accuracy.</summary>
    /// <param name="accuracy">Accuracy of the newest evaluation.</param>
    /// <param name="evaluationsWithoutBest">Evaluations since the best one.</param>
    bool Stops(double accuracy, int evaluationsWithoutBest);

    /// <summary>Training problems that an iteration draws.</summary>
    int ProblemsPerIteration { get; }

    /// <summary>Optimizer steps that an iteration makes, those included that are skipped.</summary>
    int OptimizerStepsPerIteration { get; }

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
