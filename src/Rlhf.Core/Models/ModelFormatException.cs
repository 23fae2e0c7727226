namespace Rlhf.Models;

/// <summary>
/// A folder is not a model that can be loaded; the message names the file and the key or tensor, and what is wrong with it.
/// </summary>
public sealed class ModelFormatException : IOException
{
    /// <summary>Makes the exception.</summary>
    public ModelFormatException(string message)
        : base(message) { }

    /// <summary>Makes the exception.</summary>
    public ModelFormatException(string message, Exception inner)
        : base(message, inner) { }
}
