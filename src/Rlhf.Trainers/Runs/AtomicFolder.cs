using Rlhf.Records;

namespace Rlhf.Trainers.Runs;

/// <summary>Folders that appear whole or not at all: filled beside their place, flushed to the disk, renamed.</summary>
/// <remarks>
/// A process may be killed at any moment. What it leaves is always one whole folder: under the folder's own name, or, while an old one is
/// being replaced, moved aside, from where <see cref="Recover(string)"/> brings it back.
/// </remarks>
public static class AtomicFolder
{
    private const string TemporaryMark = ".tmp-";

    // A folder under this name is whole: it is renamed before it is deleted.
    private const string AsideMark = TemporaryMark + "old";

    /// <summary>Writes a folder.</summary>
    /// <param name="path">The folder; one that is there is replaced.</param>
    /// <param name="fill">Writes its files into the folder that it is given.</param>
    /// <exception cref="IOException">It could not be written, for instance because the disk is full; nothing of it is left, and what was
    /// there before still is.</exception>
    public static void Write(string path, Action<string> fill)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(fill);
        foreach (string _ in WriteSteps(path, fill)) { }
    }

    /// <summary>
    /// What <see cref="Write"/> does, one operation on the disk a step: what lies there between two of them is what a process leaves that
    /// is killed at that moment.
    /// </summary>
    internal static IEnumerable<string> WriteSteps(string path, Action<string> fill)
    {
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)),
            parent = Path.GetDirectoryName(target)!,
            temporary = Temporary(target),
            aside = target + AsideMark;
        Directory.CreateDirectory(parent);
        Recover(parent, Path.GetFileName(target));
        yield return "recovered";
        Undo(() => Directory.CreateDirectory(temporary));
        yield return "made";
        Undo(() => fill(temporary));
        yield return "filled";
        Undo(() => Flush(temporary));
        yield return "flushed";
        bool replaces = Directory.Exists(target);
        if (replaces)
        {
            Undo(() => Directory.Move(target, aside));
            yield return "old one moved aside";
        }

        Undo(() => Directory.Move(temporary, target));
        yield return "in place";
        AtomicFile.FlushFolder(parent);
        yield return "durable";
        if (replaces)
        {
            foreach (string step in DeleteSteps(aside))
            {
                yield return step;
            }
        }

        // A failure, unlike a kill, is tidied up after.
        void Undo(Action operation)
        {
            try
            {
                operation();
            }
            catch
            {
                if (Directory.Exists(aside) && !Directory.Exists(target))
                {
                    Directory.Move(aside, target);
                }

                if (Directory.Exists(temporary))
                {
                    Directory.Delete(temporary, recursive: true);
                }

                throw;
            }
        }
    }

    /// <summary>Deletes a folder so that a process killed meanwhile leaves nothing under its name.</summary>
    internal static IEnumerable<string> DeleteSteps(string path)
    {
        string doomed = Temporary(path);
        Directory.Move(path, doomed);
        yield return "renamed for deletion";
        Directory.Delete(doomed, recursive: true);
        yield return "deleted";
    }

    /// <summary>
    /// Tidies up after a process that was killed while writing: a folder that it had moved aside and not yet replaced is put back, what
    /// was half-written is removed.
    /// </summary>
    /// <param name="parent">The folder that holds the folders written.</param>
    public static void Recover(string parent) => Recover(parent, "*");

    /// <summary>As <see cref="Recover(string)"/>, for the folders of one name.</summary>
    internal static void Recover(string parent, string name)
    {
        ArgumentNullException.ThrowIfNull(parent);
        if (!Directory.Exists(parent))
        {
            return;
        }

        foreach (string leftover in Directory.GetDirectories(parent, name + TemporaryMark + "*"))
        {
            string target = leftover.EndsWith(AsideMark, StringComparison.Ordinal) ? leftover[..^AsideMark.Length] : "";
            if (target.Length > 0 && !Directory.Exists(target))
            {
                Directory.Move(leftover, target);
                AtomicFile.FlushFolder(parent);
            }
            else
            {
                foreach (string _ in DeleteSteps(leftover)) { }
            }
        }
    }

    private static string Temporary(string target) => target + TemporaryMark + Guid.NewGuid().ToString("N");

    private static void Flush(string folder)
    {
        foreach (string file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.ReadWrite);
            stream.Flush(flushToDisk: true);
        }

        foreach (string inner in Directory.GetDirectories(folder, "*", SearchOption.AllDirectories).Append(folder))
        {
            AtomicFile.FlushFolder(inner);
        }
    }
}
