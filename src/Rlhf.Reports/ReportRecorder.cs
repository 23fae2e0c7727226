using Rlhf.Records;

namespace Rlhf.Reports;

/// <summary>
/// Writes, when a run ends, its curves (<c>plots/*.png</c> and <c>plots/*.svg</c>) and <c>report.html</c>, one page that needs nothing
/// beside it:
/// result, curves, completions with a column a stage, configuration.
/// </summary>
/// <remarks>
/// Both are drawn from the run folder's files, so that a resumed run's show the whole run. A run that fails keeps its files and gets its
/// report when it is resumed.
/// </remarks>
public sealed class ReportRecorder : IRunRecorder
{
    /// <summary>The page's name in the run folder.</summary>
    public const string FileName = "report.html";

    private readonly string _folder;
    private RunInfo? _run;

    /// <summary>Writes into a run folder.</summary>
    /// <param name="runFolder">The run folder; its metrics and completions files must be those of their recorders.</param>
    public ReportRecorder(string runFolder)
    {
        ArgumentNullException.ThrowIfNull(runFolder);
        _folder = runFolder;
    }

    /// <inheritdoc/>
    public void Start(RunInfo run) => _run = run;

    /// <inheritdoc/>
    public void Finish(RunSummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        RunInfo run = _run ?? throw new InvalidOperationException("The recorder was not started.");
        IReadOnlyList<RunPlot> plots = RunPlots.Write(MetricsFileRecorder.Read(_folder), Path.Combine(_folder, RunPlots.FolderName));
        string configuration = Path.Combine(_folder, "configuration.json");
        AtomicFile.WriteAllText(
            Path.Combine(_folder, FileName),
            HtmlReport.Render(
                run,
                summary,
                plots,
                CompletionsRecorder.Read(_folder),
                File.Exists(configuration) ? File.ReadAllText(configuration) : null
            )
        );
    }
}
