using System.Text.Json;

namespace Rlhf.Tokenizers;

/// <summary>
/// Reads the keys of tokenizer_config.json that change what a text becomes. The others it may hold (lengths, sides to pad on, names of
/// classes, a version, whatever a tool left there) do not; <c>transformers</c> only keeps them.
/// </summary>
internal sealed class TokenizerConfig
{
    private const string ConfigName = "tokenizer_config.json";
    private const string MapName = "special_tokens_map.json";

    // Each asks a tokenizer's class for another text or other pieces than tokenizer.json does.
    private static readonly string[] Changing =
    [
        "split_special_tokens",
        "do_lower_case",
        "tokenize_chinese_chars",
        "strip_accents",
        "fix_mistral_regex",
        "from_slow",
    ];

    private readonly TokenizerJson _json;
    private readonly JsonElement _config;
    private readonly JsonElement? _map;

    private TokenizerConfig(TokenizerJson json, JsonElement config, JsonElement? map) => (_json, _config, _map) = (json, config, map);

    /// <summary>The vocabulary with what tokenizer_config.json says about it.</summary>
    /// <param name="vocabulary">What tokenizer.json says.</param>
    /// <param name="path">Its path.</param>
    /// <param name="files">The contents of the tokenizer's files by name.</param>
    /// <exception cref="TokenizerFormatException">The files contradict each other, or ask for something that is not supported.</exception>
    public static BpeVocabulary Apply(BpeVocabulary vocabulary, string path, IReadOnlyDictionary<string, byte[]> files)
    {
        if (!files.TryGetValue(ConfigName, out byte[]? text))
        {
            return vocabulary;
        }

        string folder = Path.GetDirectoryName(path) ?? "";
        TokenizerJson json = new(Path.Combine(folder, ConfigName));
        using JsonDocument config = json.Parse(text);
        using JsonDocument? map = files.TryGetValue(MapName, out byte[]? mapText)
            ? new TokenizerJson(Path.Combine(folder, MapName)).Parse(mapText)
            : null;
        return new TokenizerConfig(json, config.RootElement, map?.RootElement).Apply(vocabulary);
    }

    /// <summary>A token written as its text, or as an object with its text under <c>content</c>; null for another value.</summary>
    public static string? TokenText(JsonElement token) =>
        token.ValueKind switch
        {
            JsonValueKind.String => token.GetString(),
            JsonValueKind.Object
                when token.TryGetProperty("content", out JsonElement content) && content.ValueKind == JsonValueKind.String =>
                content.GetString(),
            _ => null,
        };

    private BpeVocabulary Apply(BpeVocabulary vocabulary)
    {
        foreach (string key in Changing)
        {
            if (_config.TryGetProperty(key, out JsonElement value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False))
            {
                throw _json.Unsupported("$." + key, value.ToString(), "false");
            }
        }

        if (
            TokenizerJson.Find(_config, "auto_map") is { ValueKind: JsonValueKind.Object } map
            && map.TryGetProperty("AutoTokenizer", out _)
        )
        {
            throw _json.Unsupported(
                "$.auto_map.AutoTokenizer",
                "code of the model's own",
                "a tokenizer that tokenizer.json describes alone"
            );
        }

        if (TokenizerJson.Find(_config, "add_prefix_space") is not null)
        {
            bool asked = _json.Flag(_config, "add_prefix_space", "$", false);
            if (asked != vocabulary.AddsPrefixSpace)
            {
                throw _json.Wrong(
                    "$.add_prefix_space",
                    asked ? "true" : "false",
                    $"{(vocabulary.AddsPrefixSpace ? "true" : "false")}, as in tokenizer.json's pre_tokenizer"
                );
            }
        }

        CheckAdded(vocabulary.Added);
        return WithEnds(vocabulary);
    }

    // The tokens are listed here a second time; a list that says something else would give other tokens in transformers.
    private void CheckAdded(IReadOnlyList<AddedToken> added)
    {
        if (TokenizerJson.Find(_config, "added_tokens_decoder") is not { } decoder)
        {
            return;
        }

        Dictionary<int, AddedToken> byId = added.GroupBy(t => t.Id).ToDictionary(g => g.Key, g => g.First());
        foreach (JsonProperty entry in _json.Kind(decoder, JsonValueKind.Object, "$.added_tokens_decoder").EnumerateObject())
        {
            string path = $"$.added_tokens_decoder['{entry.Name}']";
            string? content = TokenText(entry.Value);
            if (
                !int.TryParse(entry.Name, System.Globalization.CultureInfo.InvariantCulture, out int id)
                || !byId.TryGetValue(id, out AddedToken? token)
            )
            {
                throw _json.Wrong(path, content ?? "no token", "a token that tokenizer.json lists in added_tokens, too");
            }

            Agree("content", content == token.Content);
            Agree("special", Flag("special", token.IsSpecial));
            Agree("normalized", Flag("normalized", token.IsNormalized));
            Agree("single_word", Flag("single_word", token.IsSingleWord));
            Agree("lstrip", Flag("lstrip", token.StripsLeft));
            Agree("rstrip", Flag("rstrip", token.StripsRight));

            bool Flag(string key, bool expected) => _json.Flag(entry.Value, key, path, expected) == expected;

            void Agree(string key, bool agrees)
            {
                if (!agrees)
                {
                    string value = TokenizerJson.Find(entry.Value, key)?.ToString() ?? "missing";
                    throw _json.Wrong($"{path}.{key}", value, "what tokenizer.json says of this token in added_tokens");
                }
            }
        }
    }

    private BpeVocabulary WithEnds(BpeVocabulary vocabulary)
    {
        const string begin = "add_bos_token",
            end = "add_eos_token";
        if (TokenizerJson.Find(_config, begin) is null && TokenizerJson.Find(_config, end) is null)
        {
            return vocabulary;
        }

        return vocabulary with
        {
            Prefix = _json.Flag(_config, begin, "$", false) ? Ids(vocabulary, "bos_token") : [],
            Suffix = _json.Flag(_config, end, "$", false) ? Ids(vocabulary, "eos_token") : [],
        };
    }

    // Without such a token there is nothing to add, as in transformers.
    private int[] Ids(BpeVocabulary vocabulary, string key)
    {
        string? token = Token(_config, key) ?? (_map is { } map ? Token(map, key) : null);
        return token is null ? []
            : vocabulary.Added.FirstOrDefault(t => t.Content == token) is { } added ? [added.Id]
            : vocabulary.Tokens.TryGetValue(token, out int id) ? [id]
            : throw _json.Wrong("$." + key, token, "a token of tokenizer.json");
    }

    private static string? Token(JsonElement element, string key) =>
        TokenizerJson.Find(element, key) is { } token ? TokenText(token) : null;
}
