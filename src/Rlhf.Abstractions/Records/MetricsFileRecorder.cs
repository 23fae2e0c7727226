using System.Text.Json;
using Rlhf.Json;

namespace Rlhf.Records;

/// <summary>
/// Writes <c>metrics.jsonl</c>: one object an iteration with <c>phase</c>, <c>step</c> and its metrics. Numbers are written so that reading
/// gives the same double. A resumed run cuts the file back to its checkpoint, so that it ends up as an uninterrupted run's, <c>time/…</c>
/// apart; what is cut off stays in <c>metrics.jsonl.before-resume</c>.
/// </summary>
public sealed class MetricsFileRecorder : IRunRecorder
{
    /// <summary>The file's name in the run folder.</summary>
    public const string FileName = "metrics.jsonl";

    private readonly RunLines<IterationRecord> _lines;

    /// <summary>Writes into a run folder.</summary>
    public MetricsFileRecorder(string runFolder)
    {
        ArgumentNullException.ThrowIfNull(runFolder);
        _lines = new(Path.Combine(runFolder, FileName), Parse, r => new(r.Phase, r.Step), holdsEveryIteration: true);
    }

    /// <summary>
    /// What a run folder's <c>metrics.jsonl</c> holds; nothing where there is no such file. A half-written last line is left out.
    /// </summary>
    /// <param name="runFolder">The run folder.</param>
    /// <exception cref="InvalidDataException">Another line is broken; the message gives its number.</exception>
    public static IReadOnlyList<IterationRecord> Read(string runFolder)
    {
        using MetricsFileRecorder recorder = new(runFolder);
        return [.. recorder._lines.Read()];
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The run resumes, and a line that its checkpoint covers is broken.</exception>
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
    public void Flush() => _lines.Flush();

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();

    private static IterationRecord Parse(ReadOnlyMemory<byte> line, JsonTextOptions options)
    {
        using JsonDocument document = JsonText.Parse(line, options);
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Wrong(null, "it must be an object");
        }

        string phase =
            root.TryGetProperty("phase", out JsonElement name) && name.ValueKind == JsonValueKind.String
                ? name.GetString()!
                : throw Wrong("phase", "it must be a text");
        IterationRecord record = new(
            phase,
            root.TryGetProperty("step", out JsonElement number)
            && number.ValueKind == JsonValueKind.Number
            && number.TryGetInt32(out int step)
            && step >= 0
                ? step
                : throw Wrong("step", "it must be a whole number from 0")
        );
        foreach (JsonProperty metric in root.EnumerateObject().Where(p => p.Name is not ("phase" or "step")))
        {
            record[metric.Name] =
                metric.Value.ValueKind == JsonValueKind.Number && metric.Value.TryGetDouble(out double value) && double.IsFinite(value)
                    ? value
                    : throw Wrong(metric.Name, "it must be a number");
        }

        return record;

        JsonTextException Wrong(string? key, string rule) =>
            new($"line {options.FirstLine}{(key is null ? "" : $" at '{JsonText.Quote(key)}'")}: {rule}.", options.FirstLine);
    }
}
