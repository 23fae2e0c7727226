using System.ComponentModel.DataAnnotations;

namespace Rlhf.Trainers.Experiments;

/// <summary>Measuring greedy accuracy on the test problems with the first reward source.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Iterations between two evaluations during reinforcement learning; 0 for only before and after.</summary>
    /// <value>Default 10.</value>
    [Range(0, int.MaxValue)]
    public int Every { get; init; } = 10;

    /// <summary>Test problems of an evaluation on the way; the first ones of the test set.</summary>
    /// <value>Default 128.</value>
    [Range(1, int.MaxValue)]
    public int Problems { get; init; } = 128;

    /// <summary>Test problems of the evaluations before and after; null for all.</summary>
    /// <value>Default null.</value>
    [Range(1, int.MaxValue)]
    public int? FinalProblems { get; init; }
}
