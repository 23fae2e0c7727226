using System.Globalization;
using System.Text;
using Rlhf.Records;
using Rlhf.Trainers.Runs;
using ScottPlot;

namespace PaperClaims;

/// <summary>Some cells of a study in one figure, as differences from a baseline or as they are.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Cells">The cells' names.</param>
internal sealed record StudyFigure(string Name, string Title, IReadOnlyList<string> Cells);

/// <summary>What the runs of one cell say, beside those of its baseline.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Runs">Its finished runs by seed.</param>
/// <param name="Baseline">The baseline's, by seed.</param>
internal sealed record CellResult(Cell Cell, IReadOnlyDictionary<int, RunCurves> Runs, IReadOnlyDictionary<int, RunCurves> Baseline)
{
    /// <summary>Accuracy at the beginning.</summary>
    public Estimate Start => Estimate.Of([.. Runs.Values.Select(r => RunCurves.Start(r.Accuracy))]);

    /// <summary>Accuracy in the last fifth.</summary>
    public Estimate End => Estimate.Of([.. Runs.Values.Select(r => RunCurves.End(r.Accuracy))]);

    /// <summary>End less beginning, seed by seed.</summary>
    public Estimate Gain => Estimate.Of([.. Runs.Values.Select(r => RunCurves.End(r.Accuracy) - RunCurves.Start(r.Accuracy))]);

    /// <summary>End less the baseline's end, seed by seed.</summary>
    public Estimate Difference =>
        Estimate.Of([.. Paired().Select(p => RunCurves.End(p.Own.Accuracy) - RunCurves.End(p.Baseline.Accuracy))]);

    /// <summary>Seeds that both have.</summary>
    public IEnumerable<(RunCurves Own, RunCurves Baseline)> Paired() =>
        Runs.Where(r => Baseline.ContainsKey(r.Key)).Select(r => (r.Value, Baseline[r.Key]));

    /// <summary>A curve's beginning and end, means over seeds.</summary>
    public string Change(Func<RunCurves, double[]> curve) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Runs.Values.Average(r => RunCurves.Start(curve(r))):F1} → {Runs.Values.Average(r => RunCurves.End(curve(r))):F1}"
        );
}

/// <summary>Tables and figures of what is finished of a study.</summary>
internal static class StudyReport
{
    private const int Width = 720;
    private const int Height = 400;
    private const int Smoothing = 5;

    /// <summary>Writes <c>page.md</c> and its figures.</summary>
    public static string Write(Study study, StudyRunner runner, string folder)
    {
        CellResult[] results = [.. Results(study, runner)];
        StringBuilder page = new();
        page.Append(
            CultureInfo.InvariantCulture,
            $"| setting | seeds | accuracy at the start | in the last fifth | against `{study.BaselineName}` | steps | tokens | verdict |\n|---|---|---|---|---|---|---|---|\n"
        );
        foreach (CellResult result in results)
        {
            string difference = result.Paired().Any() ? result.Difference.Points : "";
            page.Append(
                CultureInfo.InvariantCulture,
                $"| {result.Cell.Name} | {result.Runs.Count} | {result.Start.Points} | {result.End.Points} | {difference} | {result.Change(r => r.Steps)} | {result.Change(r => r.Length)} | {study.Verdict(result)} |\n"
            );
        }

        foreach (StudyFigure figure in study.Figures)
        {
            CellResult[] shown = [.. results.Where(r => figure.Cells.Contains(r.Cell.Name))];
            if (shown.Length > 0)
            {
                Draw(
                    shown,
                    r => r.Own.Accuracy.Zip(r.Baseline.Accuracy, (a, b) => 100 * (a - b)).ToArray(),
                    $"{figure.Title}: accuracy less the baseline's",
                    "percentage points",
                    Path.Combine(folder, figure.Name + "-accuracy.png")
                );
                Draw(
                    shown,
                    r => r.Own.Steps,
                    $"{figure.Title}: steps of a response",
                    "steps",
                    Path.Combine(folder, figure.Name + "-steps.png")
                );
                page.Append(
                    CultureInfo.InvariantCulture,
                    $"\n![{figure.Title}: accuracy]({figure.Name}-accuracy.png) ![{figure.Title}: steps]({figure.Name}-steps.png)\n"
                );
            }
        }

        page.Append(runner.Measured);
        string path = Path.Combine(folder, "page.md");
        AtomicFile.WriteAllText(path, page.ToString());
        return path;
    }

    private static IEnumerable<CellResult> Results(Study study, StudyRunner runner)
    {
        Dictionary<string, Dictionary<int, RunCurves>> finished = study
            .Runs.Where(r => runner.IsDone(r.Cell, r.Seed))
            .GroupBy(r => r.Cell.Name, StringComparer.Ordinal)
            .ToDictionary(
                g => g.Key,
                g => g.ToDictionary(r => r.Seed, r => RunCurves.Read(runner.FolderOf(r.Cell, r.Seed))),
                StringComparer.Ordinal
            );
        return study
            .Cells.Where(c => finished.ContainsKey(c.Name))
            .Select(c => new CellResult(c, finished[c.Name], finished.GetValueOrDefault(study.BaselineOf(c)) ?? []));
    }

    // A line a cell with the mean over seeds, smoothed, and its 95 % band.
    private static void Draw(
        IEnumerable<CellResult> results,
        Func<(RunCurves Own, RunCurves Baseline), double[]> curve,
        string title,
        string unit,
        string file
    )
    {
        using Plot plot = new();
        foreach (CellResult result in results)
        {
            double[][] curves = [.. result.Paired().Select(p => Smoothed(curve(p)))];
            if (curves.Length == 0)
            {
                continue;
            }

            int points = curves.Min(c => c.Length);
            double[] x = [.. Enumerable.Range(1, points).Select(i => (double)i)];
            Estimate[] means = [.. Enumerable.Range(0, points).Select(i => Estimate.Of([.. curves.Select(c => c[i])]))];
            Color color = plot.Add.Palette.GetColor(plot.PlottableList.OfType<ScottPlot.Plottables.Scatter>().Count());
            if (curves.Length > 1)
            {
                ScottPlot.Plottables.FillY band = plot.Add.FillY(
                    x,
                    Array.ConvertAll(means, m => m.Mean - m.HalfWidth!.Value),
                    Array.ConvertAll(means, m => m.Mean + m.HalfWidth!.Value)
                );
                band.FillColor = color.WithAlpha(0.2);
                band.LineWidth = 0;
            }

            ScottPlot.Plottables.Scatter line = plot.Add.ScatterLine(x, Array.ConvertAll(means, m => m.Mean), color);
            line.LineWidth = 2;
            line.LegendText = result.Cell.Name;
        }

        plot.Title(title);
        plot.XLabel("iteration");
        plot.YLabel(unit);
        plot.ShowLegend(Edge.Right);
        plot.SavePng(file, Width, Height);
    }

    private static double[] Smoothed(double[] curve) =>
        [.. curve.Select((_, i) => curve.Skip(Math.Max(0, i - Smoothing + 1)).Take(Math.Min(i + 1, Smoothing)).Average())];
}
