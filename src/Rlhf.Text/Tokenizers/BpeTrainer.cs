using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rlhf.Configuration;

namespace Rlhf.Tokenizers;

/// <summary>
/// Trains a small byte-level BPE tokenizer in which every digit is a token of its own, so that numbers are read digit by digit.
/// </summary>
/// <remarks>
/// Sennrich et al. (arXiv 1508.07909): the most frequent pair of neighbouring tokens is merged, again and again; of equally frequent pairs
/// the
/// one with the smaller ids, so that the result is a function of the texts. It stops early where no pair comes twice.
/// </remarks>
public static class BpeTrainer
{
    /// <summary>Trains a tokenizer.</summary>
    /// <param name="texts">What it should encode well.</param>
    /// <param name="options">Size and special tokens.</param>
    /// <exception cref="ArgumentException">The vocabulary has no room for the bytes and the special tokens.</exception>
    public static BpeTokenizer Train(IEnumerable<string> texts, BpeTrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(options);
        OptionsCheck.Require(options);
        List<string> tokens = [.. options.SpecialTokens, .. Enumerable.Range(0, 256).Select(b => ByteAlphabet.CharOf((byte)b).ToString())];
        if (tokens.Count > options.VocabularySize)
        {
            throw new ArgumentException(
                $"VocabularySize is {options.VocabularySize}; the bytes and {options.SpecialTokens.Count} special tokens need {tokens.Count}.",
                nameof(options)
            );
        }

        int firstByte = options.SpecialTokens.Count;
        (List<int> Symbols, int Count)[] words =
        [
            .. Words(texts).Select(w => (Encoding.UTF8.GetBytes(w.Key).Select(b => firstByte + b).ToList(), w.Value)),
        ];
        List<(string, string)> merges = [];
        while (tokens.Count < options.VocabularySize && MostFrequentPair(words) is { } pair)
        {
            merges.Add((tokens[pair.Left], tokens[pair.Right]));
            foreach ((List<int> symbols, _) in words)
            {
                Merge(symbols, pair, tokens.Count);
            }

            tokens.Add(tokens[pair.Left] + tokens[pair.Right]);
        }

        byte[] json = Encoding.UTF8.GetBytes(
            Json(tokens, merges, options.SpecialTokens).ToJsonString(new JsonSerializerOptions { WriteIndented = true })
        );
        return TokenizerFile.Parse("tokenizer.json", new Dictionary<string, byte[]> { ["tokenizer.json"] = json });
    }

    private static SortedDictionary<string, int> Words(IEnumerable<string> texts)
    {
        PreTokenizer digits = new SplitPreTokenizer(new(@"\p{N}"), SplitBehavior.Isolated, invert: false);
        PreTokenizer pieces = new SequencePreTokenizer([digits, new ByteLevelPreTokenizer(addPrefixSpace: false, useRegex: true)]);
        SortedDictionary<string, int> counts = new(StringComparer.Ordinal);
        foreach (string word in texts.SelectMany(pieces.Split))
        {
            counts[word] = counts.GetValueOrDefault(word) + 1;
        }

        return counts;
    }

    private static (int Left, int Right)? MostFrequentPair((List<int> Symbols, int Count)[] words)
    {
        Dictionary<(int, int), int> counts = [];
        foreach ((List<int> symbols, int count) in words)
        {
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                (int, int) pair = (symbols[i], symbols[i + 1]);
                counts[pair] = counts.GetValueOrDefault(pair) + count;
            }
        }

        return counts
            .Where(c => c.Value > 1)
            .OrderByDescending(c => c.Value)
            .ThenBy(c => c.Key)
            .Select(c => ((int, int)?)c.Key)
            .FirstOrDefault();
    }

    private static void Merge(List<int> symbols, (int Left, int Right) pair, int merged)
    {
        for (int i = 0; i + 1 < symbols.Count; i++)
        {
            if (symbols[i] == pair.Left && symbols[i + 1] == pair.Right)
            {
                symbols[i] = merged;
                symbols.RemoveAt(i + 1);
            }
        }
    }

    private static JsonObject Json(List<string> tokens, List<(string Left, string Right)> merges, IReadOnlyList<string> special)
    {
        JsonObject vocabulary = [];
        for (int id = 0; id < tokens.Count; id++)
        {
            vocabulary[tokens[id]] = id;
        }

        return new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray([
                .. special.Select(
                    (token, id) =>
                        new JsonObject
                        {
                            ["id"] = id,
                            ["content"] = token,
                            ["single_word"] = false,
                            ["lstrip"] = false,
                            ["rstrip"] = false,
                            ["normalized"] = false,
                            ["special"] = true,
                        }
                ),
            ]),
            ["normalizer"] = null,
            ["pre_tokenizer"] = new JsonObject
            {
                ["type"] = "Sequence",
                ["pretokenizers"] = new JsonArray(
                    new JsonObject { ["type"] = "Digits", ["individual_digits"] = true },
                    new JsonObject
                    {
                        ["type"] = "ByteLevel",
                        ["add_prefix_space"] = false,
                        ["trim_offsets"] = true,
                        ["use_regex"] = true,
                    }
                ),
            },
            ["post_processor"] = null,
            ["decoder"] = new JsonObject
            {
                ["type"] = "ByteLevel",
                ["add_prefix_space"] = true,
                ["trim_offsets"] = true,
                ["use_regex"] = true,
            },
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null,
                ["fuse_unk"] = false,
                ["byte_fallback"] = false,
                ["ignore_merges"] = false,
                ["vocab"] = vocabulary,
                ["merges"] = new JsonArray([.. merges.Select(m => new JsonArray(m.Left, m.Right))]),
            },
        };
    }
}
