namespace Rlhf.Json;

/// <summary>A text is no strict JSON. The message gives line and key and no file: whoever opened the file puts its name in front.</summary>
public sealed class JsonTextException : FormatException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">Where and what is wrong.</param>
    /// <param name="line">The line, from 1.</param>
    /// <param name="innerException">The cause.</param>
    public JsonTextException(string message, long line, Exception? innerException = null)
        : base(message, innerException) => Line = line;

    /// <summary>The line of the text in which it stands, from 1.</summary>
    public long Line { get; }
}
