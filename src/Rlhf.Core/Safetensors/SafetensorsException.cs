namespace Rlhf.Safetensors;

/// <summary>A file is not the safetensors file it should be; the message names the file and, where there is one, the tensor.</summary>
public sealed class SafetensorsException : IOException
{
    /// <summary>Makes the exception.</summary>
    public SafetensorsException(string message)
        : base(message) { }

    /// <summary>Makes the exception.</summary>
    public SafetensorsException(string message, Exception inner)
        : base(message, inner) { }
}
