using System.ComponentModel.DataAnnotations;
using Rlhf.Scoring;
using Rlhf.Shaping;
using Rlhf.Text;

namespace Rlhf.Trainers.Experiments;

/// <summary>What is rewarded, and how the rewards are shaped on their way to the advantages.</summary>
public sealed record RewardOptions
{
    /// <summary>
    /// What scores completions; each gives a channel named after it. Which one measures accuracy is said by
    /// <see cref="EvaluationOptions.Verifier"/>.
    /// </summary>
    [MinLength(1)]
    public required IReadOnlyList<RewardSourceOptions> Sources { get; init; }

    /// <summary>What a reasoning step is.</summary>
    public StepOptions Steps { get; init; } = new();

    /// <summary>Stages that make rewards noisy; they run first, and gates and filters see what they leave.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<StageOptions> Noise { get; init; } = [];

    /// <summary>Stages that shape rewards, in the order in which they run.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<StageOptions> Shaping { get; init; } = [];

    /// <summary>Weights of the channels that are returned to the trainer.</summary>
    public required IReadOnlyDictionary<string, double> Weights { get; init; }

    /// <summary>
    /// Iterations in a row that may pass in which a return channel is invalid everywhere because a source scored nothing; the next one ends
    /// the run with the cause.
    /// </summary>
    /// <value>Default 0.</value>
    [Range(0, int.MaxValue)]
    public int ToleratedInvalidIterations { get; init; }

    /// <summary>Deadline and parallelism of scoring.</summary>
    public RewardScorerOptions Scoring { get; init; } = new();
}
