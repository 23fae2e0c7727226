using System.ComponentModel.DataAnnotations;

namespace Rlhf.Trainers.Experiments;

/// <summary>Measuring greedy accuracy on the test problems with one of the reward sources.</summary>
public sealed record EvaluationOptions
{
    /// <summary>
    /// The reward source that accuracy is measured with, by name: one that scores whole responses on the host, more than one half meaning
    /// right.
    /// </summary>
    /// <value>Default null: the only source that compares with the reference answer; where there are several or none it must be named.</value>
    public string? Verifier { get; init; }

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
