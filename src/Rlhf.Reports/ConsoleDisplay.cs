using System.Diagnostics;
using Rlhf.Records;
using Spectre.Console;

namespace Rlhf.Reports;

/// <summary>
/// Shows a run on the console: a bar a phase, the running activity, and the figures that matter, reward first. Where the output is no
/// terminal, a plain
/// line every few seconds and at every evaluation. Ends with sample completions and their rewards at every stage.
/// </summary>
public sealed class ConsoleDisplay : IRunRecorder
{
    private static readonly TimeSpan RedrawEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(5);

    private const int FileWidth = 200;

    private readonly IAnsiConsole _console;
    private readonly Dictionary<string, int> _done = new(StringComparer.Ordinal);
    private readonly RunStatus _status = new();
    private RunInfo? _run;
    private CompletionTable? _completions;
    private ProgressUpdate _progress;
    private string _phase = "";
    private long _phaseStart;
    private int _phaseFirst;
    private long _shown;
    private int _lines;

    /// <summary>Shows runs on a console; null for the process's standard output.</summary>
    public ConsoleDisplay(IAnsiConsole? console = null)
    {
        _console = console ?? AnsiConsole.Console;
        if (!IsLive)
        {
            // A file or pipe has no width of its own; the table of completions needs this much.
            _console.Profile.Width = FileWidth;
        }
    }

    private bool IsLive => _console.Profile.Capabilities.Ansi;

    /// <inheritdoc/>
    public void Start(RunInfo run)
    {
        ArgumentNullException.ThrowIfNull(run);
        _run = run;
        _console.MarkupLineInterpolated($"[bold]{run.Name}[/] {string.Join(" · ", run.Environment.Select(e => $"{e.Key} {e.Value}"))}");
        if (run.ResumedFrom is { Step: >= 0 } resumed)
        {
            _console.MarkupLineInterpolated($"resumed after {resumed.Phase} step {resumed.Step}");
            foreach (PhasePlan phase in run.Phases.TakeWhile(p => p.Phase != resumed.Phase))
            {
                _done[phase.Phase] = phase.Steps;
            }

            EnterPhase(resumed.Phase, resumed.Step);
        }
    }

    /// <inheritdoc/>
    public void Progress(in ProgressUpdate update)
    {
        _progress = update;
        if (IsLive && Stopwatch.GetElapsedTime(_shown) > RedrawEvery)
        {
            Redraw();
        }
    }

    /// <inheritdoc/>
    public void Record(IterationRecord iteration)
    {
        ArgumentNullException.ThrowIfNull(iteration);
        if (iteration.Phase != _phase)
        {
            EnterPhase(iteration.Phase, iteration.Step);
        }

        _done[iteration.Phase] = iteration.Step;
        _status.Update(iteration);
        if (IsLive)
        {
            Redraw();
        }
        else if (
            iteration.Find(MetricNames.EvalAccuracy) is not null
            || iteration.Find(MetricNames.EvalTestAccuracy) is not null
            || Stopwatch.GetElapsedTime(_shown) > LineEvery
        )
        {
            _shown = Stopwatch.GetTimestamp();
            _console.WriteLine($"{iteration.Phase} {iteration.Step}/{Planned(iteration.Phase)}  {_status.Text}  {Eta()}".TrimEnd());
        }
    }

    /// <inheritdoc/>
    public void Completions(CompletionTable table) => _completions = table;

    /// <inheritdoc/>
    public void Finish(RunSummary summary)
    {
        Clear();
        if (_completions is { } completions)
        {
            _console.Write(CompletionsView.Create(completions));
        }

        foreach (string note in summary.Notes)
        {
            _console.MarkupLineInterpolated($"{note}");
        }

        _console.MarkupLineInterpolated($"[bold]run folder[/] {_run?.Folder}");
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    private void EnterPhase(string phase, int step)
    {
        (_phase, _phaseFirst, _phaseStart) = (phase, step, Stopwatch.GetTimestamp());
        _status.Clear();
    }

    private int Planned(string phase) => _run?.Phases.FirstOrDefault(p => p.Phase == phase)?.Steps ?? 0;

    private string Eta()
    {
        int made = _done.GetValueOrDefault(_phase) - _phaseFirst,
            left = Planned(_phase) - _done.GetValueOrDefault(_phase);
        return made <= 0 || left <= 0
            ? ""
            : $"ETA {TimeSpan.FromSeconds(Math.Round(Stopwatch.GetElapsedTime(_phaseStart).TotalSeconds / made * left)):m\\:ss}";
    }

    private void Redraw()
    {
        const int BarWidth = 32;
        Clear();
        foreach (PhasePlan phase in _run?.Phases ?? [])
        {
            int done = _done.GetValueOrDefault(phase.Phase),
                filled = phase.Steps == 0 ? 0 : Math.Min(BarWidth, BarWidth * done / phase.Steps);
            Line(
                $"[blue]{phase.Phase, -6}[/] [green]{new string('━', filled)}[/][grey]{new string('━', BarWidth - filled)}[/] {done}/{phase.Steps}"
            );
        }

        string share = _progress.Total > 0 ? $" {_progress.Done}/{_progress.Total}" : "";
        Line($"[grey]{Markup.Escape($"{_progress.Activity}{share}  {Eta()}")}[/]");
        Line(_status.Markup);
        _shown = Stopwatch.GetTimestamp();
    }

    // A line that wrapped could not be taken back, so it is cut at the console's width.
    private void Line(string markup)
    {
        _console.Write(new Markup(markup).Overflow(Overflow.Crop));
        _console.WriteLine();
        _lines++;
    }

    private void Clear()
    {
        if (_lines > 0)
        {
            _console.Write(new ControlCode($"\u001b[{_lines}A\u001b[J"));
            _lines = 0;
        }
    }
}
