namespace Rlhf.Fuzz.Targets;

/// <summary>A target whose input is one file of a folder; the others stay good.</summary>
internal sealed class FolderTarget : FuzzTarget
{
    private readonly string _folder;
    private readonly string _file;
    private readonly Action<string> _read;

    /// <summary>Makes the target.</summary>
    /// <param name="folder">A folder of good files; belongs to the target from now on.</param>
    /// <param name="file">The file that changes, relative to the folder.</param>
    /// <param name="read">Reads the folder.</param>
    /// <param name="documented">Exceptions that the reader's documentation promises.</param>
    public FolderTarget(string folder, string file, Action<string> read, params Type[] documented)
    {
        (_folder, _file, _read, Documented) = (folder, Path.Combine(folder, file), read, documented);
        Seeds = [File.ReadAllBytes(_file)];
    }

    public override IReadOnlyList<byte[]> Seeds { get; }

    public override IReadOnlyList<Type> Documented { get; }

    public override void Run(byte[] input)
    {
        File.WriteAllBytes(_file, input);
        _read(_folder);
    }

    public override void Dispose() => Directory.Delete(_folder, recursive: true);
}
