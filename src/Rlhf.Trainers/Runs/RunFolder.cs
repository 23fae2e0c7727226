namespace Rlhf.Trainers.Runs;

/// <summary>The folder of a run, held by one process at a time.</summary>
public sealed class RunFolder : IDisposable
{
    private const string LockFile = ".lock";
    private const string ConfigurationFile = "configuration.json";

    private readonly FileStream _lock;

    private RunFolder(string folder, FileStream held)
    {
        (Folder, _lock) = (folder, held);
    }

    /// <summary>Absolute path of the folder.</summary>
    public string Folder { get; }

    /// <summary>Where the checkpoints lie.</summary>
    public string Checkpoints => Path.Combine(Folder, "checkpoints");

    /// <summary>The resolved configuration that the run was started with.</summary>
    public string Configuration => Path.Combine(Folder, ConfigurationFile);

    /// <summary>Makes or opens the folder and takes its lock, which ends with the process, however that ends.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="resume">Whether a run that lies there is to go on.</param>
    /// <exception cref="RunFolderException">Another process holds it, or it holds a run that is not to be resumed.</exception>
    public static RunFolder Open(string folder, bool resume)
    {
        ArgumentNullException.ThrowIfNull(folder);
        string path = Path.GetFullPath(folder);
        Directory.CreateDirectory(path);
        FileStream held;
        try
        {
            held = new(Path.Combine(path, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new RunFolderException($"{path} is in use by another process. Wait for it, or choose another Run:Folder.", e);
        }

        if (!resume && File.Exists(Path.Combine(path, ConfigurationFile)))
        {
            held.Dispose();
            throw new RunFolderException(
                $"{path} holds a run already. Set Run:Resume=true to go on with it, or choose another Run:Folder."
            );
        }

        return new(path, held);
    }

    /// <summary>Gives the lock back.</summary>
    public void Dispose() => _lock.Dispose();
}

/// <summary>A run folder cannot be used.</summary>
public sealed class RunFolderException : IOException
{
    /// <summary>Makes the exception.</summary>
    public RunFolderException(string message)
        : base(message) { }

    /// <summary>Makes the exception.</summary>
    public RunFolderException(string message, Exception inner)
        : base(message, inner) { }
}
