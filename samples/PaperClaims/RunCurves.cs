using Rlhf.Records;

namespace PaperClaims;

/// <summary>
/// A finished run's curves, one point an iteration. Every iteration's problems are fresh, so that its verified outcome, as scored, is
/// held-out accuracy at temperature 1.
/// </summary>
internal sealed record RunCurves(double[] Accuracy, double[] Steps, double[] Length, double[] Reward)
{
    private const int StartIterations = 3;

    /// <summary>Reads a run folder.</summary>
    public static RunCurves Read(string folder)
    {
        IterationRecord[] records = [.. MetricsFileRecorder.Read(folder).Where(r => r.Step > 0)];
        double[] Curve(string name) => Array.ConvertAll(records, r => r.Find(name) ?? double.NaN);
        return new(
            Curve("reward/verifier/mean"),
            Curve(MetricNames.RolloutSteps),
            Curve(MetricNames.RolloutResponseLength),
            Curve(MetricNames.RewardMean)
        );
    }

    /// <summary>Mean of the first iterations.</summary>
    public static double Start(double[] curve) => curve.Take(StartIterations).Average();

    /// <summary>Mean of the last fifth of the iterations.</summary>
    public static double End(double[] curve) => curve.Skip(curve.Length - Math.Max(1, curve.Length / 5)).Average();
}
