using System.Text;

namespace Rlhf.Tokenizers;

/// <summary>What a tokenizer.json says, in the shape the tokenizer works with.</summary>
internal sealed record BpeVocabulary
{
    /// <summary>Largest id of a token. Vocabularies have some hundred thousand entries, and the next id must still be one.</summary>
    public const int LargestId = (1 << 24) - 1;

    /// <summary>Ids of the byte-level tokens.</summary>
    public required Dictionary<string, int> Tokens { get; init; }

    /// <summary>Merges by pair of ids.</summary>
    public required Dictionary<(int Left, int Right), (int Rank, int Merged)> Merges { get; init; }

    /// <summary>Tokens recognised as a whole.</summary>
    public required IReadOnlyList<AddedToken> Added { get; init; }

    /// <summary>Unicode normalisations in their order; none for none.</summary>
    public required IReadOnlyList<NormalizationForm> Normalizations { get; init; }

    /// <summary>Cuts texts into pieces.</summary>
    public required PreTokenizer PreTokenizer { get; init; }

    /// <summary>Whether a text that does not begin with a space gets one.</summary>
    public bool AddsPrefixSpace { get; init; }

    /// <summary>Whether a piece that is a token as it stands is not merged.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>The token for bytes that have none; without it they are dropped.</summary>
    public int? Unknown { get; init; }

    /// <summary>Whether neighbouring unknown bytes become one token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>Tokens before a plain text.</summary>
    public IReadOnlyList<int> Prefix { get; init; } = [];

    /// <summary>Tokens after a plain text.</summary>
    public IReadOnlyList<int> Suffix { get; init; } = [];
}
