namespace Rlhf.Trainers.Runs;

/// <summary>The folder of a run, held by one process at a time.</summary>
public sealed class RunFolder : IDisposable
{
    private const string LockFile = ".lock";
    private const string ConfigurationFile = "configuration.json";

    private readonly FileStream _lock;
    private readonly FolderContents _before;

    private RunFolder(string folder, FileStream held, FolderContents before)
    {
        (Folder, _lock, _before) = (folder, held, before);
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
    /// <exception cref="RunFolderException">Another process holds it, it cannot be written, or it holds a run that is not to be
    /// resumed.</exception>
    public static RunFolder Open(string folder, bool resume)
    {
        ArgumentNullException.ThrowIfNull(folder);
        string path = Path.GetFullPath(folder);
        FolderContents before = FolderContents.Of(path);
        FileStream held;
        try
        {
            Directory.CreateDirectory(path);
            held = new(Path.Combine(path, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (IsHeldByAnother(e))
        {
            throw new RunFolderException($"{path} is in use by another process. Wait for it, or choose another Run:Folder.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            before.Restore();
            throw new RunFolderException(
                $"{path} cannot be written: {e.Message.TrimEnd('.')}. Give this user the right to write there, or choose another Run:Folder.",
                e
            );
        }

        if (!resume && File.Exists(Path.Combine(path, ConfigurationFile)))
        {
            held.Dispose();
            throw new RunFolderException(
                $"{path} holds a run already. Set Run:Resume=true to go on with it, or choose another Run:Folder."
            );
        }

        return new(path, held, before);
    }

    /// <summary>
    /// Removes what was made here since the folder was opened, for a start that failed; a folder that held a run before is left as it is.
    /// </summary>
    internal void Discard()
    {
        if (!_before.Contains(ConfigurationFile))
        {
            // While the lock is held, so that no other process takes the folder meanwhile; Windows deletes no file that is open.
            if (OperatingSystem.IsWindows())
            {
                _lock.Dispose();
            }

            _before.Restore();
        }
    }

    /// <summary>Gives the lock back.</summary>
    public void Dispose() => _lock.Dispose();

    // Only a lock tells of another process: a full disk or a read-only folder are other troubles.
    private static bool IsHeldByAnother(IOException e)
    {
        const int Locked = 11,
            LockedOnMac = 35,
            SharingViolation = 32,
            LockViolation = 33;
        return OperatingSystem.IsWindows()
            ? (e.HResult & 0xffff) is SharingViolation or LockViolation
            : e.HResult == (OperatingSystem.IsMacOS() ? LockedOnMac : Locked);
    }
}
