using System.ComponentModel.DataAnnotations;

namespace Rlhf.Tokenizers;

/// <summary>Options of <see cref="BpeTrainer"/>.</summary>
public sealed class BpeTrainerOptions
{
    /// <summary>Entries of the vocabulary: special tokens, the 256 bytes, and as many merges as fit.</summary>
    /// <value>Default 512.</value>
    [Range(257, 1000000)]
    public int VocabularySize { get; init; } = 512;

    /// <summary>Tokens that control; they get the first ids.</summary>
    /// <value>Default <c>&lt;|endoftext|&gt;</c>.</value>
    public IReadOnlyList<string> SpecialTokens { get; init; } = ["<|endoftext|>"];
}
