using System.Runtime.InteropServices;

namespace Rlhf.Trainers.Runs;

/// <summary>Folders that appear whole or not at all: filled beside their place, flushed to the disk, renamed.</summary>
public static partial class AtomicFolder
{
    private const string TemporaryMark = ".tmp-";

    /// <summary>Writes a folder.</summary>
    /// <param name="path">The folder; one that is there is replaced.</param>
    /// <param name="fill">Writes its files into the folder that it is given.</param>
    /// <exception cref="IOException">It could not be written, for instance because the disk is full; nothing of it is left, and what was
    /// there before still is.</exception>
    public static void Write(string path, Action<string> fill)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(fill);
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string parent = Path.GetDirectoryName(target)!,
            temporary = target + TemporaryMark + Guid.NewGuid().ToString("N");
        Directory.CreateDirectory(parent);
        try
        {
            Directory.CreateDirectory(temporary);
            fill(temporary);
            Flush(temporary);
            if (Directory.Exists(target))
            {
                // Two renames, so that at every moment either the old or the new one is there or a leftover of the old.
                string old = target + TemporaryMark + "old";
                Directory.Move(target, old);
                Directory.Move(temporary, target);
                Directory.Delete(old, recursive: true);
            }
            else
            {
                Directory.Move(temporary, target);
            }

            Synchronise(parent);
        }
        catch
        {
            if (Directory.Exists(temporary))
            {
                Directory.Delete(temporary, recursive: true);
            }

            throw;
        }
    }

    /// <summary>Removes what processes that were killed while writing left in a folder.</summary>
    /// <param name="parent">The folder that holds the folders written.</param>
    public static void RemoveLeftovers(string parent)
    {
        ArgumentNullException.ThrowIfNull(parent);
        if (!Directory.Exists(parent))
        {
            return;
        }

        foreach (string leftover in Directory.GetDirectories(parent, "*" + TemporaryMark + "*"))
        {
            Directory.Delete(leftover, recursive: true);
        }
    }

    private static void Flush(string folder)
    {
        foreach (string file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.ReadWrite);
            stream.Flush(flushToDisk: true);
        }

        foreach (string inner in Directory.GetDirectories(folder, "*", SearchOption.AllDirectories).Append(folder))
        {
            Synchronise(inner);
        }
    }

    // A rename is durable once its folder is.
    private static void Synchronise(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        int descriptor = OpenFile(folder, 0);
        if (descriptor >= 0)
        {
            _ = FileSynchronise(descriptor);
            _ = CloseFile(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int FileSynchronise(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseFile(int descriptor);
}
