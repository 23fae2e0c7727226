using System.ComponentModel.DataAnnotations;
using Rlhf.Trainers.Optimization;
using Rlhf.Trainers.Phases;

namespace Rlhf.Trainers.Sft;

/// <summary>Supervised fine-tuning on the training problems' worked solutions; an iteration is an optimizer step.</summary>
public sealed record SftOptions : PhaseOptions
{
    /// <summary>Sequences of an optimizer step.</summary>
    /// <value>Default 32.</value>
    [Range(1, 1048576)]
    public int BatchSize { get; init; } = 32;

    /// <summary>Stops once this greedy accuracy on the test problems is reached; null to make all iterations.</summary>
    /// <value>Default null; 0 to 1.</value>
    [Range(0.0, 1.0)]
    public double? TargetAccuracy { get; init; }

    /// <summary>Iterations between two evaluations; 0 for only after the phase.</summary>
    /// <value>Default 0.</value>
    [Range(0, int.MaxValue)]
    public int EvaluateEvery { get; init; }

    /// <summary>The optimizer.</summary>
    public OptimizerOptions Optimizer { get; init; } = new() { LearningRate = 1e-5 };

    /// <summary>Tokens of a micro-batch at the most: prompts and solutions, without padding.</summary>
    /// <value>Default 16384.</value>
    [Range(1, 1048576)]
    public int MicroBatchTokens { get; init; } = 16384;
}
