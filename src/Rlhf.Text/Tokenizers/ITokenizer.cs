namespace Rlhf.Tokenizers;

/// <summary>Text to token ids and back.</summary>
public interface ITokenizer
{
    /// <summary>V: one more than the largest token id.</summary>
    int VocabularySize { get; }

    /// <summary>
    /// What the tokenizer's files put before a plain text, most often nothing or a begin token. A chat template writes such tokens itself.
    /// </summary>
    IReadOnlyList<int> TextPrefix => [];

    /// <summary>What the tokenizer's files put after a plain text, most often nothing.</summary>
    IReadOnlyList<int> TextSuffix => [];

    /// <summary>Token ids of a text, without <see cref="TextPrefix"/> and <see cref="TextSuffix"/>.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="allowSpecialTokens">
    /// Whether special tokens spelled out in the text become control tokens. False for anything a user wrote: they are then read as plain
    /// text.
    /// </param>
    int[] Encode(string text, bool allowSpecialTokens = false);

    /// <summary>Token ids of a rendered chat: special tokens are recognised only where they lie wholly in template text.</summary>
    /// <param name="segments">Template and content texts in order; everything between two recognised special tokens is encoded as one
    /// run.</param>
    int[] Encode(IReadOnlyList<TextSegment> segments);

    /// <summary>The text of token ids; bytes that are no UTF-8 become U+FFFD.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is negative.</exception>
    string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false);

    /// <summary>The id of a token by its text, special and other added tokens included; null where there is none.</summary>
    int? FindToken(string token);

    /// <summary>A decoder that takes one token after the other.</summary>
    IncrementalDecoder CreateDecoder(bool skipSpecialTokens = true);
}
