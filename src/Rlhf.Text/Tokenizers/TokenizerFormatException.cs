namespace Rlhf.Tokenizers;

/// <summary>A tokenizer.json cannot be used; the message names the file and the place in it.</summary>
public sealed class TokenizerFormatException : IOException
{
    /// <summary>Makes the exception.</summary>
    public TokenizerFormatException(string message)
        : base(message) { }

    /// <summary>Makes the exception.</summary>
    public TokenizerFormatException(string message, Exception inner)
        : base(message, inner) { }
}
