using System.Globalization;
using System.Text.Json;
using Rlhf.Json;

namespace Rlhf.Records;

/// <summary>
/// A file of JSON lines that each belong to an iteration, so that a resumed run can cut off what its checkpoint does not hold.
/// </summary>
/// <typeparam name="T">What a line is read as.</typeparam>
/// <param name="path">The file.</param>
/// <param name="read">Reads a line; throws <see cref="JsonTextException"/> where it is not what it should be.</param>
/// <param name="position">The iteration that a line belongs to.</param>
/// <param name="holdsEveryIteration">Whether every iteration has a line, so that the checkpoint's own must be there.</param>
internal sealed class RunLines<T>(
    string path,
    Func<ReadOnlyMemory<byte>, JsonTextOptions, T> read,
    Func<T, RunPosition> position,
    bool holdsEveryIteration
) : IDisposable
{
    private const string KeptSuffix = ".before-resume";
    private const string DamagedSuffix = ".damaged";

    private FileStream? _stream;

    /// <summary>
    /// Opens the file. A resumed run cuts it where its checkpoint ends and keeps the file as it was beside it; a broken line before that
    /// is refused, and nothing is changed.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <exception cref="InvalidDataException">A line that the checkpoint covers is broken or stands in the wrong place.</exception>
    public void Open(RunInfo run)
    {
        if (File.Exists(path))
        {
            long end = run.ResumedFrom is null ? 0 : EndOf(run);
            if (end < new FileInfo(path).Length)
            {
                File.Copy(path, path + KeptSuffix, overwrite: true);
                using FileStream cut = new(path, FileMode.Open, FileAccess.Write);
                cut.SetLength(end);
                cut.Flush(flushToDisk: true);
            }
        }

        _stream = new(path, FileMode.Append, FileAccess.Write, FileShare.Read);
    }

    /// <summary>
    /// Opens a file that <see cref="Open"/> refuses: it is moved aside as it is, and the run goes on with its sound lines up to the
    /// checkpoint.
    /// </summary>
    /// <param name="run">The run, which resumes.</param>
    /// <returns>Where the file lies now.</returns>
    public string OpenDamaged(RunInfo run)
    {
        string aside = path + DamagedSuffix,
            sound = path + ".tmp";
        for (int i = 2; File.Exists(aside); i++)
        {
            aside = string.Create(CultureInfo.InvariantCulture, $"{path}{DamagedSuffix}-{i}");
        }

        using (FileStream stream = new(sound, FileMode.Create, FileAccess.Write))
        {
            foreach (Line line in SoundLines(run))
            {
                stream.Write(line.Text.Span);
                stream.WriteByte((byte)'\n');
            }

            stream.Flush(flushToDisk: true);
        }

        // Killed between the two, the damaged file lies aside and the next resume begins an empty one: nothing is lost.
        File.Move(path, aside);
        File.Move(sound, path);
        _stream = new(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        return aside;
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

    /// <summary>Brings what was written to the disk.</summary>
    public void Flush() => _stream?.Flush(flushToDisk: true);

    public void Dispose()
    {
        _stream?.Dispose();
        _stream = null;
    }

    /// <summary>
    /// What the file's lines hold. A killed process may have left half a line at the end, which is left out: its iteration was not saved.
    /// </summary>
    /// <exception cref="InvalidDataException">Another line is broken.</exception>
    public IEnumerable<T> Read()
    {
        foreach (Line line in File.Exists(path) ? Lines() : [])
        {
            if (line.IsWhole)
            {
                yield return Read(line);
            }
        }
    }

    // Where the lines that the checkpoint covers end, in bytes.
    private long EndOf(RunInfo run)
    {
        RunPosition? last = null;
        foreach (Line line in Lines())
        {
            // Past the checkpoint's own line everything is stale, and may be broken.
            bool isStale = run.ResumedFrom!.Value.Step < 0 || (holdsEveryIteration && last == run.ResumedFrom);
            if (!line.IsWhole && (isStale || !holdsEveryIteration))
            {
                return line.Begin;
            }

            RunPosition at;
            try
            {
                at = line.IsWhole ? position(Read(line)) : throw Broken(line, "it breaks off.", null);
            }
            catch (InvalidDataException) when (isStale)
            {
                return line.Begin;
            }

            if (run.Phases.All(p => p.Phase != at.Phase))
            {
                throw Broken(
                    line,
                    $"'{JsonText.Quote(at.Phase)}' is no phase of this run, which has {string.Join(", ", run.Phases.Select(p => p.Phase))}.",
                    null
                );
            }

            if (run.IsAfterResume(at.Phase, at.Step))
            {
                return line.Begin;
            }

            if (last is { } before && Order(run, at).CompareTo(Order(run, before)) < 0)
            {
                throw Broken(line, $"{at.Phase} step {at.Step} stands after {before.Phase} step {before.Step}.", null);
            }

            last = at;
        }

        return new FileInfo(path).Length;
    }

    // The lines that can be read, belong to this run, are covered by the checkpoint and stand in order.
    private IEnumerable<Line> SoundLines(RunInfo run)
    {
        RunPosition? last = null;
        foreach (Line line in Lines().Where(l => l.IsWhole))
        {
            RunPosition at;
            try
            {
                at = position(Read(line));
            }
            catch (InvalidDataException)
            {
                continue;
            }

            if (
                run.Phases.Any(p => p.Phase == at.Phase)
                && !run.IsAfterResume(at.Phase, at.Step)
                && (last is not { } before || Order(run, at).CompareTo(Order(run, before)) >= 0)
            )
            {
                last = at;
                yield return line;
            }
        }
    }

    private static (int Phase, int Step) Order(RunInfo run, RunPosition at) =>
        (run.Phases.TakeWhile(p => p.Phase != at.Phase).Count(), at.Step);

    private T Read(Line line)
    {
        try
        {
            return read(line.Text, new() { FirstLine = line.Number });
        }
        catch (JsonTextException e)
        {
            throw Broken(line, e.Message[(e.Message.IndexOf(':', StringComparison.Ordinal) + 2)..], e, At(e.Message));
        }
    }

    // "line 3 at 'step': …" without the line, which stands in the message already.
    private static string At(string message) =>
        message.IndexOf(" at '", StringComparison.Ordinal) is var begin and >= 0
        && message.IndexOf(':', StringComparison.Ordinal) is var end
        && begin < end
            ? message[begin..end]
            : "";

    private InvalidDataException Broken(Line line, string what, Exception? cause, string at = "") =>
        new(string.Create(CultureInfo.InvariantCulture, $"{path}, line {line.Number}{at}: {what}{IRecoversDamagedFile.Remedy}"), cause);

    private IEnumerable<Line> Lines()
    {
        // A run under way may be writing.
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1 << 16);
        using MemoryStream text = new();
        long number = 1,
            begin = 0;
        for (int read = stream.ReadByte(); read >= 0; read = stream.ReadByte())
        {
            if (read != '\n')
            {
                text.WriteByte((byte)read);
                continue;
            }

            yield return new(number++, begin, text.ToArray(), IsWhole: true);
            begin = stream.Position;
            text.SetLength(0);
        }

        if (text.Length > 0)
        {
            yield return new(number, begin, text.ToArray(), IsWhole: false);
        }
    }

    /// <param name="Number">From 1.</param>
    /// <param name="Begin">Bytes before it.</param>
    /// <param name="Text">The line without its end.</param>
    /// <param name="IsWhole">Whether it has an end.</param>
    private readonly record struct Line(long Number, long Begin, ReadOnlyMemory<byte> Text, bool IsWhole);
}
