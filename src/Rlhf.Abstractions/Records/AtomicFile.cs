using System.Runtime.InteropServices;

namespace Rlhf.Records;

/// <summary>Files that appear whole or not at all.</summary>
public static partial class AtomicFile
{
    /// <summary>Writes a text beside its place, flushes it to the disk and renames it.</summary>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <param name="text">Its content, UTF-8.</param>
    public static void WriteAllText(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(path);
        string temporary = path + ".tmp";
        using (FileStream stream = new(temporary, FileMode.Create, FileAccess.Write))
        {
            stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Makes renames in a folder durable.</summary>
    public static void FlushFolder(string folder)
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
