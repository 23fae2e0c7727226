using System.Text.Json;

namespace Rlhf.Trainers.Records;

/// <summary>
/// Writes <c>metrics.jsonl</c>: one object an iteration with <c>phase</c>, <c>step</c> and its metrics. Numbers are written so that reading
/// gives the same double. A resumed run cuts the file back to its checkpoint, so that it ends up as an uninterrupted run's, <c>time/…</c>
/// apart.
/// </summary>
public sealed class MetricsFileRecorder : IRunRecorder
{
    /// <summary>The file's name in the run folder.</summary>
    public const string FileName = "metrics.jsonl";

    private readonly RunLines _lines;

    /// <summary>Writes into a run folder.</summary>
    public MetricsFileRecorder(string runFolder)
    {
        ArgumentNullException.ThrowIfNull(runFolder);
        _lines = new(Path.Combine(runFolder, FileName));
    }

    /// <summary>
    /// What a run folder's <c>metrics.jsonl</c> holds; nothing where there is no such file. A half-written last line is left out.
    /// </summary>
    /// <param name="runFolder">The run folder.</param>
    public static IReadOnlyList<IterationRecord> Read(string runFolder)
    {
        ArgumentNullException.ThrowIfNull(runFolder);
        return [.. RunLines.Read(Path.Combine(runFolder, FileName)).Select(line => Parse(line.Text))];
    }

    /// <inheritdoc/>
    public void Start(RunInfo run)
    {
        ArgumentNullException.ThrowIfNull(run);
        _lines.Open(run);
    }

    /// <inheritdoc/>
    public void Record(IterationRecord iteration)
    {
        ArgumentNullException.ThrowIfNull(iteration);
        _lines.Append(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("phase", iteration.Phase);
            writer.WriteNumber("step", iteration.Step);
            foreach ((string name, double value) in iteration.Metrics.Where(m => double.IsFinite(m.Value)))
            {
                writer.WriteNumber(name, value);
            }

            writer.WriteEndObject();
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();

    private static IterationRecord Parse(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement root = document.RootElement;
        IterationRecord record = new(root.GetProperty("phase").GetString()!, root.GetProperty("step").GetInt32());
        foreach (JsonProperty metric in root.EnumerateObject().Where(p => p.Name is not ("phase" or "step")))
        {
            record[metric.Name] = metric.Value.GetDouble();
        }

        return record;
    }
}
