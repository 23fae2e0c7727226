namespace Rlhf.Tokenizers;

/// <summary>Decodes one token after the other and never emits half a character.</summary>
public abstract class IncrementalDecoder
{
    /// <summary>
    /// Number of UTF-8 bytes of text of all tokens so far, held-back bytes of an unfinished character included: where a token ends in the
    /// text.
    /// </summary>
    public abstract int Bytes { get; }

    /// <summary>Takes one token.</summary>
    /// <returns>The text that is certain now and was not before; empty while a character is unfinished.</returns>
    public abstract string Append(int id);

    /// <summary>What is still held back, an unfinished character as U+FFFD; the decoder begins anew.</summary>
    public abstract string Finish();
}
