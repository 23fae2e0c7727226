namespace Rlhf.Trainers.Optimization;

/// <summary>One optimizer step, as it came out.</summary>
/// <param name="Loss">Σ w·ℓ over the whole optimizer step.</param>
/// <param name="GradientNorm">Before clipping.</param>
/// <param name="LearningRate">The rate used.</param>
/// <param name="Skipped">True where loss or norm was not finite: the weights did not move.</param>
/// <param name="Rows">Indices of its rows in the batch.</param>
public sealed record OptimizerStepResult(double Loss, double GradientNorm, double LearningRate, bool Skipped, IReadOnlyList<int> Rows);
