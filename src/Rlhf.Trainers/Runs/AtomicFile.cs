namespace Rlhf.Trainers.Runs;

/// <summary>Files that appear whole or not at all.</summary>
public static class AtomicFile
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
        AtomicFolder.Synchronise(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }
}
