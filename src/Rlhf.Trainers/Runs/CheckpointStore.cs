using System.Globalization;
using Rlhf.Records;

namespace Rlhf.Trainers.Runs;

/// <summary>A checkpoint on the disk.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Phase">The phase it was saved in.</param>
/// <param name="Step">The iteration it was saved after.</param>
public sealed record SavedCheckpoint(string Folder, string Phase, int Step);

/// <summary>The checkpoints of a run: folders <c>phase-step</c>, of which the newest few and the best stay.</summary>
public sealed class CheckpointStore
{
    private const string NewestFile = "newest";
    private const string BestFile = "best";

    private readonly string _folder;
    private readonly int _keepLast;
    private readonly List<SavedCheckpoint> _saved;

    /// <summary>Opens the store and tidies up after a process that was killed while saving.</summary>
    /// <param name="folder">The folder that holds the checkpoints; made where it is missing.</param>
    /// <param name="keepLast">How many of the newest stay; at least 1.</param>
    public CheckpointStore(string folder, int keepLast)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentOutOfRangeException.ThrowIfLessThan(keepLast, 1);
        (_folder, _keepLast) = (Path.GetFullPath(folder), keepLast);
        Directory.CreateDirectory(_folder);
        AtomicFolder.Recover(_folder);

        // In the order in which they were saved, whatever the phases are called.
        _saved =
        [
            .. Directory
                .GetDirectories(_folder)
                .Select(Parse)
                .OfType<SavedCheckpoint>()
                .OrderBy(c => Directory.GetLastWriteTimeUtc(c.Folder))
                .ThenBy(c => c.Step),
        ];
    }

    /// <summary>The newest checkpoint, or null.</summary>
    public SavedCheckpoint? Newest => Named(NewestFile) ?? (_saved.Count > 0 ? _saved[^1] : null);

    /// <summary>The best checkpoint, or null.</summary>
    public SavedCheckpoint? Best => Named(BestFile);

    /// <summary>Saves a checkpoint and then removes those that need not stay.</summary>
    /// <param name="phase">The phase.</param>
    /// <param name="step">Iterations of it that are complete.</param>
    /// <param name="fill">Writes the checkpoint's files into the folder that it is given.</param>
    /// <param name="isBest">Whether it is the best one so far, which stays whatever comes.</param>
    /// <exception cref="IOException">It could not be written; the ones before are intact.</exception>
    public SavedCheckpoint Save(string phase, int step, Action<string> fill, bool isBest)
    {
        ArgumentNullException.ThrowIfNull(phase);
        foreach (string _ in SaveSteps(phase, step, fill, isBest)) { }
        return _saved[^1];
    }

    /// <summary>What <see cref="Save"/> does, one operation on the disk a step, as <see cref="AtomicFolder.WriteSteps"/>.</summary>
    internal IEnumerable<string> SaveSteps(string phase, int step, Action<string> fill, bool isBest)
    {
        SavedCheckpoint made = new(Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{phase}-{step:D6}")), phase, step);
        foreach (string write in AtomicFolder.WriteSteps(made.Folder, fill))
        {
            yield return write;
        }

        _saved.RemoveAll(c => c.Folder == made.Folder);
        _saved.Add(made);
        AtomicFile.WriteAllText(Path.Combine(_folder, NewestFile), Path.GetFileName(made.Folder));
        yield return "named the newest";
        if (isBest)
        {
            AtomicFile.WriteAllText(Path.Combine(_folder, BestFile), Path.GetFileName(made.Folder));
            yield return "named the best";
        }

        string? best = Best?.Folder;
        foreach (SavedCheckpoint old in _saved.SkipLast(_keepLast).Where(c => c.Folder != best).ToArray())
        {
            foreach (string delete in AtomicFolder.DeleteSteps(old.Folder))
            {
                yield return delete;
            }

            _saved.Remove(old);
        }
    }

    private SavedCheckpoint? Named(string file)
    {
        string path = Path.Combine(_folder, file);
        string? name = File.Exists(path) ? File.ReadAllText(path).Trim() : null;
        return _saved.FirstOrDefault(c => Path.GetFileName(c.Folder) == name);
    }

    private static SavedCheckpoint? Parse(string folder)
    {
        string name = Path.GetFileName(folder);
        int dash = name.LastIndexOf('-');
        return dash > 0 && int.TryParse(name.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int step)
            ? new(folder, name[..dash], step)
            : null;
    }
}
