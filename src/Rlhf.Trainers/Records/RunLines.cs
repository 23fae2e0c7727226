using System.Text;
using System.Text.Json;
using Rlhf.Trainers.Runs;

namespace Rlhf.Trainers.Records;

/// <summary>
/// A file of JSON lines that each belong to an iteration, so that a resumed run can cut off what its checkpoint does not hold.
/// </summary>
internal sealed class RunLines : IDisposable
{
    private readonly string _path;
    private FileStream? _stream;

    public RunLines(string path) => _path = path;

    /// <summary>Opens the file; a resumed run keeps the lines up to its checkpoint.</summary>
    /// <param name="run">The run.</param>
    public void Open(RunInfo run)
    {
        if (File.Exists(_path))
        {
            string kept = run.ResumedFrom is null
                ? ""
                : string.Concat(Read(_path).Where(l => !run.IsAfterResume(l.Phase, l.Step)).Select(l => l.Text + "\n"));
            AtomicFile.WriteAllText(_path, kept);
        }

        _stream = new(_path, FileMode.Append, FileAccess.Write, FileShare.Read);
    }

    /// <summary>Writes a line and hands it to the system at once.</summary>
    /// <param name="write">Writes one object.</param>
    public void Append(Action<Utf8JsonWriter> write)
    {
        using MemoryStream line = new();
        using (Utf8JsonWriter writer = new(line, new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            write(writer);
        }

        line.WriteByte((byte)'\n');
        FileStream stream = _stream ?? throw new InvalidOperationException("The recorder was not started.");
        stream.Write(line.GetBuffer(), 0, (int)line.Length);
        stream.Flush();
    }

    public void Dispose()
    {
        _stream?.Dispose();
        _stream = null;
    }

    /// <summary>
    /// The file's whole lines. A killed process may have left half a line at the end: it belongs to an iteration that no checkpoint holds.
    /// </summary>
    /// <param name="path">The file; one that is not there has no lines.</param>
    public static IEnumerable<(string Text, string Phase, int Step)> Read(string path)
    {
        foreach (
            string line in File.Exists(path) ? File.ReadAllText(path, Encoding.UTF8).Split('\n', StringSplitOptions.RemoveEmptyEntries) : []
        )
        {
            string phase;
            int step;
            try
            {
                using JsonDocument document = JsonDocument.Parse(line);
                (phase, step) = (
                    document.RootElement.GetProperty("phase").GetString()!,
                    document.RootElement.GetProperty("step").GetInt32()
                );
            }
            catch (JsonException)
            {
                yield break;
            }

            yield return (line, phase, step);
        }
    }
}
