namespace Rlhf.Trainers.Runs;

/// <summary>What a folder held at some moment, so that what came later can be taken away again.</summary>
internal sealed class FolderContents
{
    private readonly string _folder;
    private readonly HashSet<string> _names;
    private readonly string? _firstMissing;

    private FolderContents(string folder)
    {
        _folder = folder;
        _names = Directory.Exists(folder)
            ? [.. Directory.GetFileSystemEntries(folder).Select(e => Path.GetFileName(e)!)]
            : new(StringComparer.Ordinal);
        for (string? at = folder; at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at))
        {
            _firstMissing = at;
        }
    }

    /// <summary>Looks at a folder, which need not be there.</summary>
    /// <param name="folder">Its absolute path.</param>
    public static FolderContents Of(string folder) => new(folder);

    /// <summary>Whether it held a file or folder of this name.</summary>
    public bool Contains(string name) => _names.Contains(name);

    /// <summary>Removes what has been added, the folder itself and those above it where they were made for it and hold nothing else.</summary>
    public void Restore()
    {
        if (!Directory.Exists(_folder))
        {
            return;
        }

        foreach (string entry in Directory.GetFileSystemEntries(_folder).Where(e => !_names.Contains(Path.GetFileName(e))))
        {
            if (Directory.Exists(entry))
            {
                Directory.Delete(entry, recursive: true);
            }
            else
            {
                File.Delete(entry);
            }
        }

        for (string at = _folder; _firstMissing is not null && at.Length >= _firstMissing.Length; at = Path.GetDirectoryName(at)!)
        {
            if (Directory.EnumerateFileSystemEntries(at).Any())
            {
                return;
            }

            Directory.Delete(at);
        }
    }
}
