using System.Globalization;
using Rlhf.Records;

namespace Rlhf.Reports;

/// <summary>The figures of a phase that a person watches, the newest value of each; reward leads.</summary>
internal sealed class RunStatus
{
    private static readonly (string Name, string Label, string Format)[] Shown =
    [
        (MetricNames.RewardMean, "reward", "F3"),
        (MetricNames.EvalTestAccuracy, "test accuracy", "F3"),
        (MetricNames.EvalAccuracy, "accuracy", "F3"),
        (MetricNames.SftLoss, "loss", "F3"),
        (MetricNames.PolicyKl, "KL", "F4"),
        (MetricNames.PolicyEntropy, "entropy", "F3"),
        (MetricNames.PolicyClipFraction, "clipped", "P1"),
        (MetricNames.RolloutResponseLength, "length", "F1"),
        (MetricNames.RewardInvalid, "invalid", "F0"),
        (MetricNames.OptimizerSkippedSteps, "skipped", "F0"),
        (MetricNames.TimeTokensPerSecond, "tokens/s", "F0"),
    ];

    // Worth a place only where they are not 0.
    private static readonly string[] Troubles = [MetricNames.RewardInvalid, MetricNames.OptimizerSkippedSteps];

    private readonly Dictionary<string, double> _values = new(StringComparer.Ordinal);

    /// <summary>The figures as plain text.</summary>
    public string Text => string.Join("  ", Parts().Select(p => $"{p.Label} {p.Value}"));

    /// <summary>The figures as Spectre markup.</summary>
    public string Markup =>
        string.Join("  ", Parts().Select((p, i) => i == 0 ? $"[bold green]{p.Label} {p.Value}[/]" : $"{p.Label} [bold]{p.Value}[/]"));

    /// <summary>Takes over an iteration's values.</summary>
    public void Update(IterationRecord iteration)
    {
        foreach ((string name, _, _) in Shown)
        {
            if (iteration.Find(name) is { } value)
            {
                _values[name] = value;
            }
        }
    }

    /// <summary>Forgets all values.</summary>
    public void Clear() => _values.Clear();

    private IEnumerable<(string Label, string Value)> Parts() =>
        Shown
            .Where(s => _values.TryGetValue(s.Name, out double value) && !(Troubles.Contains(s.Name) && value == 0))
            .Select(s => (s.Label, _values[s.Name].ToString(s.Format, CultureInfo.InvariantCulture)));
}
