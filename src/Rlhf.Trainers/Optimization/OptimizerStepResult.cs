namespace Rlhf.Trainers.Optimization;

/// <summary>One optimizer step, as it came out.</summary>
public sealed class OptimizerStepResult(double loss, double gradientNorm, double learningRate, bool skipped, IReadOnlyList<int> rows)
{
    /// <summary>Σ w·ℓ over the whole optimizer step.</summary>
    public double Loss { get; } = loss;

    /// <summary>Before clipping.</summary>
    public double GradientNorm { get; } = gradientNorm;

    /// <summary>The rate used.</summary>
    public double LearningRate { get; } = learningRate;

    /// <summary>True where loss or norm was not finite: the weights did not move.</summary>
    public bool Skipped { get; } = skipped;

    /// <summary>Indices of its rows in the batch.</summary>
    public IReadOnlyList<int> Rows { get; } = rows;
}
