using Rlhf.Records;
using ScottPlot;

namespace Rlhf.Reports;

/// <summary>One figure of a run.</summary>
/// <param name="Name">File name without extension: phase and subject.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Svg">The figure as SVG text.</param>
internal sealed record RunPlot(string Name, string Title, string Svg);

/// <summary>The curves of a run, drawn from its records.</summary>
internal static class RunPlots
{
    /// <summary>The folder's name in the run folder.</summary>
    public const string FolderName = "plots";

    private const int Width = 640;
    private const int Height = 360;

    // What belongs into one figure: metrics of one unit. A part in braces takes all names that fit it. Reward leads.
    private static readonly (string Subject, string Title, string Unit, string[] Metrics)[] Figures =
    [
        ("accuracy", "Accuracy on held-out problems", "fraction", [MetricNames.EvalAccuracy, MetricNames.EvalTestAccuracy]),
        ("reward", "Shaped reward", "reward", [MetricNames.RewardMean, MetricNames.RewardGroupStd]),
        ("channels", "Rewards as scored", "reward", [MetricNames.RewardChannelMean]),
        ("length", "Response length", "tokens", [MetricNames.RolloutResponseLength, MetricNames.RolloutResponseLengthMax]),
        ("shares", "Shares", "fraction", [MetricNames.RewardFlatGroups, MetricNames.RolloutTruncated, MetricNames.PolicyClipFraction]),
        ("entropy", "Entropy of the policy", "nats", [MetricNames.PolicyEntropy]),
        ("kl", "KL divergence", "nats", [MetricNames.PolicyKl, MetricNames.PolicyApproxKl]),
        ("loss", "Supervised loss", "nats", [MetricNames.SftLoss]),
        ("gradient", "Gradient norm before clipping", "norm", [MetricNames.OptimizerGradientNorm]),
        ("time", "Seconds of an iteration", "s", [MetricNames.TimeActivity]),
        ("speed", "Speed", "tokens/s", [MetricNames.TimeRolloutTokensPerSecond, MetricNames.TimeUpdateTokensPerSecond]),
    ];

    /// <summary>Draws every figure that the records hold points of, for each phase, and writes it as PNG and SVG.</summary>
    /// <param name="records">The run's iterations, in order.</param>
    /// <param name="folder">Where the files go; made where it is not there.</param>
    public static IReadOnlyList<RunPlot> Write(IReadOnlyList<IterationRecord> records, string folder)
    {
        Directory.CreateDirectory(folder);
        List<RunPlot> plots = [];

        // The last phase is what the run is for.
        foreach (IGrouping<string, IterationRecord> phase in records.GroupBy(r => r.Phase).Reverse())
        {
            foreach ((string subject, string title, string unit, string[] metrics) in Figures)
            {
                string[] names = [.. metrics.SelectMany(m => Matching(m, phase)).Distinct(StringComparer.Ordinal)];
                if (names.Length == 0)
                {
                    continue;
                }

                string name = $"{phase.Key}-{subject}";
                using Plot plot = Draw([.. phase], names, $"{title} ({phase.Key})", unit);
                plot.SavePng(Path.Combine(folder, name + ".png"), Width, Height);
                string svg = plot.GetSvgXml(Width, Height);
                File.WriteAllText(Path.Combine(folder, name + ".svg"), svg);
                plots.Add(new(name, $"{title} ({phase.Key})", svg));
            }
        }

        return plots;
    }

    private static IEnumerable<string> Matching(string metric, IEnumerable<IterationRecord> records)
    {
        IEnumerable<string> names = records.SelectMany(r => r.Metrics.Keys).Distinct(StringComparer.Ordinal);
        return metric.Contains('{', StringComparison.Ordinal)
            ? names.Where(n => MetricCatalog.Find(n)?.Name == metric)
            : names.Where(n => n == metric);
    }

    private static Plot Draw(IterationRecord[] records, string[] names, string title, string unit)
    {
        Plot plot = new();
        foreach (string name in names)
        {
            IterationRecord[] points = [.. records.Where(r => r.Find(name) is not null)];
            ScottPlot.Plottables.Scatter line = plot.Add.Scatter(
                Array.ConvertAll(points, r => (double)r.Step),
                Array.ConvertAll(points, r => r[name])
            );
            line.LegendText = name;
            line.LineWidth = 2;
            line.MarkerSize = points.Length <= 25 ? 5 : 0;
        }

        plot.Title(title);
        plot.XLabel("iteration");
        plot.YLabel(unit);
        if (unit == "fraction")
        {
            plot.Axes.SetLimitsY(-0.02, 1.02);
        }

        plot.ShowLegend(Edge.Bottom);
        return plot;
    }
}
