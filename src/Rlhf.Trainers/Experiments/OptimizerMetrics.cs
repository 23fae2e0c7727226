using Rlhf.Records;
using Rlhf.Trainers.Optimization;

namespace Rlhf.Trainers.Experiments;

/// <summary>What an iteration's optimizer steps say in its record.</summary>
internal static class OptimizerMetrics
{
    /// <summary>Means over the steps that were made; skipped ones, whose values are not finite, are only counted.</summary>
    public static void WriteTo(
        IterationRecord record,
        string lossName,
        IReadOnlyList<OptimizerStepResult> updates,
        AdamWOptimizer optimizer
    )
    {
        OptimizerStepResult[] made = [.. updates.Where(u => !u.Skipped)];
        if (made.Length > 0)
        {
            record[lossName] = made.Average(u => u.Loss);
            record[MetricNames.OptimizerGradientNorm] = made.Average(u => u.GradientNorm);
            record[MetricNames.OptimizerLearningRate] = made[^1].LearningRate;
        }

        record[MetricNames.OptimizerSteps] = optimizer.StepCount;
        record[MetricNames.OptimizerSkippedSteps] = updates.Count - made.Length;
    }
}
