namespace Rlhf.Trainers.Runs;

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
