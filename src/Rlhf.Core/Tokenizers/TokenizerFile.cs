using System.Text;
using System.Text.Json;

namespace Rlhf.Tokenizers;

/// <summary>
/// Reads tokenizer.json. Whatever the file asks for that is not supported is refused: it would silently give other tokens.
/// </summary>
internal sealed class TokenizerFile
{
    private const string FileName = "tokenizer.json";

    // What is saved with the tokenizer; the template and the end token stand in the others.
    private static readonly string[] Companions = ["tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja"];

    private readonly string _path;

    private TokenizerFile(string path) => _path = path;

    public static BpeTokenizer Load(string path)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, FileName) : path;
        if (!File.Exists(file))
        {
            throw new TokenizerFormatException(
                $"{file}: there is no such file. A tokenizer in another format (vocab.json, sentencepiece) must be converted to {FileName} first."
            );
        }

        Dictionary<string, byte[]> files = new(StringComparer.Ordinal) { [FileName] = File.ReadAllBytes(file) };
        foreach (string name in Companions)
        {
            string companion = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, name);
            if (File.Exists(companion))
            {
                files[name] = File.ReadAllBytes(companion);
            }
        }

        return Parse(file, files);
    }

    /// <summary>A tokenizer from the contents of its files.</summary>
    public static BpeTokenizer Parse(string path, IReadOnlyDictionary<string, byte[]> files)
    {
        var reader = new TokenizerFile(path);
        try
        {
            using JsonDocument document = JsonDocument.Parse(files[FileName]);
            return new(reader.Read(document.RootElement), files);
        }
        catch (JsonException e)
        {
            throw new TokenizerFormatException($"{path}: it is no JSON: {e.Message}", e);
        }
    }

    private BpeVocabulary Read(JsonElement root)
    {
        JsonElement model = Member(root, "model", "$");
        if (Text(model, "type", "$.model") is { } type && type != "BPE")
        {
            throw Unsupported("$.model.type", type, "BPE");
        }

        foreach (string option in (string[])["dropout", "continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (Find(model, option) is { } value && value.ToString() is not ("" or "0"))
            {
                throw Unsupported("$.model." + option, value.ToString(), "null");
            }
        }

        if (Flag(model, "byte_fallback", "$.model", false))
        {
            throw Unsupported("$.model.byte_fallback", "true", "false: the model is not byte-level");
        }

        IReadOnlyList<AddedToken> added = Added(root);
        Dictionary<string, int> tokens = Tokens(Member(model, "vocab", "$.model"));
        Decoder(Find(root, "decoder"));
        return new()
        {
            Tokens = tokens,
            Merges = Merges(Member(model, "merges", "$.model"), tokens),
            Added = added,
            Normalizations = [.. Normalizations(Find(root, "normalizer"), "$.normalizer")],
            PreTokenizer = PreTokenizers(
                Find(root, "pre_tokenizer")
                    ?? throw Unsupported("$.pre_tokenizer", "null", "ByteLevel among others: the model is not byte-level"),
                "$.pre_tokenizer"
            ),
            IgnoreMerges = Flag(model, "ignore_merges", "$.model", false),
            Unknown = Text(model, "unk_token", "$.model") is { } unknown ? Unknown(unknown, tokens, added) : null,
            FuseUnknown = Flag(model, "fuse_unk", "$.model", false),
        };
    }

    private int Unknown(string token, Dictionary<string, int> tokens, IReadOnlyList<AddedToken> added) =>
        tokens.TryGetValue(token, out int id) ? id
        : added.FirstOrDefault(t => t.Content == token) is { } special ? special.Id
        : throw Wrong("$.model.unk_token", token, "a token of the vocabulary");

    private Dictionary<string, int> Tokens(JsonElement vocab)
    {
        Dictionary<string, int> tokens = new(StringComparer.Ordinal);
        HashSet<int> ids = [];
        foreach (JsonProperty entry in Kind(vocab, JsonValueKind.Object, "$.model.vocab").EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out int id) || id < 0 || !ids.Add(id))
            {
                throw Wrong($"$.model.vocab[{JsonSerializer.Serialize(entry.Name)}]", entry.Value.ToString(), "an id from 0, each once");
            }

            tokens[entry.Name] = id;
        }

        return tokens.Count > 0 ? tokens : throw Wrong("$.model.vocab", "{}", "not empty");
    }

    private Dictionary<(int Left, int Right), (int Rank, int Merged)> Merges(JsonElement merges, Dictionary<string, int> tokens)
    {
        Dictionary<(int, int), (int, int)> ranked = [];
        int rank = 0;
        foreach (JsonElement merge in Kind(merges, JsonValueKind.Array, "$.model.merges").EnumerateArray())
        {
            string path = $"$.model.merges[{rank}]";
            string[] pair = merge.ValueKind switch
            {
                JsonValueKind.String => merge.GetString()!.Split(' '),
                JsonValueKind.Array => [.. merge.EnumerateArray().Select(p => p.ToString())],
                _ => [],
            };
            if (pair.Length != 2)
            {
                throw Wrong(path, merge.ToString(), "two tokens, as \"a b\" or [\"a\", \"b\"]");
            }

            ranked[(Id(pair[0]), Id(pair[1]))] = (rank, Id(pair[0] + pair[1]));
            rank++;
            int Id(string token) => tokens.TryGetValue(token, out int id) ? id : throw Wrong(path, token, "a token of $.model.vocab");
        }

        return ranked;
    }

    private List<AddedToken> Added(JsonElement root)
    {
        List<AddedToken> added = [];
        if (Find(root, "added_tokens") is not { } list)
        {
            return added;
        }

        foreach (JsonElement token in Kind(list, JsonValueKind.Array, "$.added_tokens").EnumerateArray())
        {
            string path = $"$.added_tokens[{added.Count}]";
            JsonElement id = Member(token, "id", path);
            if (id.ValueKind != JsonValueKind.Number || !id.TryGetInt32(out int number) || number < 0)
            {
                throw Wrong(path + ".id", id.ToString(), "an id from 0");
            }

            bool special = Flag(token, "special", path, false);
            added.Add(
                new(
                    number,
                    Text(token, "content", path) ?? throw Wrong(path + ".content", "null", "a text"),
                    special,
                    Flag(token, "normalized", path, !special),
                    Flag(token, "single_word", path, false),
                    Flag(token, "lstrip", path, false),
                    Flag(token, "rstrip", path, false)
                )
            );
        }

        return added;
    }

    private IEnumerable<NormalizationForm> Normalizations(JsonElement? normalizer, string path)
    {
        if (normalizer is not { } given)
        {
            return [];
        }

        NormalizationForm? form = Text(given, "type", path) switch
        {
            "NFC" => NormalizationForm.FormC,
            "NFD" => NormalizationForm.FormD,
            "NFKC" => NormalizationForm.FormKC,
            "NFKD" => NormalizationForm.FormKD,
            "Sequence" => null,
            { } other => throw Unsupported(path + ".type", other, "NFC, NFD, NFKC, NFKD, Sequence"),
            null => throw Wrong(path + ".type", "null", "a text"),
        };
        if (form is null)
        {
            return Member(given, "normalizers", path).EnumerateArray().SelectMany((n, i) => Normalizations(n, $"{path}.normalizers[{i}]"));
        }

        // Without its tables .NET leaves texts as they are.
        return "e\u0301".Normalize(NormalizationForm.FormC) == "\u00E9"
            ? [form.Value]
            : throw new TokenizerFormatException(
                $"{_path}: {path} needs Unicode normalisation, which is off in globalization-invariant mode. Install libicu and set DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=0."
            );
    }

    private PreTokenizer PreTokenizers(JsonElement given, string path) =>
        Text(given, "type", path) switch
        {
            "Sequence" => new SequencePreTokenizer([
                .. Member(given, "pretokenizers", path).EnumerateArray().Select((p, i) => PreTokenizers(p, $"{path}.pretokenizers[{i}]")),
            ]),
            "ByteLevel" => new ByteLevelPreTokenizer(Flag(given, "add_prefix_space", path, true), Flag(given, "use_regex", path, true)),
            "Split" => new SplitPreTokenizer(
                Pattern(Member(given, "pattern", path), path + ".pattern"),
                Behavior(given, path),
                Flag(given, "invert", path, false)
            ),
            "Digits" => new SplitPreTokenizer(
                new(Flag(given, "individual_digits", path, false) ? @"\p{N}" : @"\p{N}+"),
                SplitBehavior.Isolated,
                invert: false
            ),
            "Whitespace" => new SplitPreTokenizer(new(@"\w+|[^\w\s]+"), SplitBehavior.Removed, invert: true),
            "WhitespaceSplit" => new SplitPreTokenizer(new(@"\s"), SplitBehavior.Removed, invert: false),
            { } other => throw Unsupported(path + ".type", other, "Sequence, ByteLevel, Split, Digits, Whitespace, WhitespaceSplit"),
            null => throw Wrong(path + ".type", "null", "a text"),
        };

    private CodePointRegex Pattern(JsonElement pattern, string path)
    {
        if (Text(pattern, "String", path) is { } literal)
        {
            return new(System.Text.RegularExpressions.Regex.Escape(literal));
        }

        string regex = Text(pattern, "Regex", path) ?? throw Wrong(path, pattern.ToString(), "an object with Regex or String");
        try
        {
            return new(regex);
        }
        catch (ArgumentException e)
        {
            throw new TokenizerFormatException($"{_path}: {path}.Regex cannot be read as a .NET regular expression: {e.Message}", e);
        }
    }

    private SplitBehavior Behavior(JsonElement given, string path) =>
        Text(given, "behavior", path) switch
        {
            "Removed" => SplitBehavior.Removed,
            "Isolated" => SplitBehavior.Isolated,
            "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
            "MergedWithNext" => SplitBehavior.MergedWithNext,
            "Contiguous" => SplitBehavior.Contiguous,
            var other => throw Wrong(
                path + ".behavior",
                other ?? "null",
                "Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous"
            ),
        };

    private void Decoder(JsonElement? decoder)
    {
        if (decoder is not { } given)
        {
            throw Unsupported("$.decoder", "null", "ByteLevel");
        }

        if (Text(given, "type", "$.decoder") is { } type && type != "ByteLevel")
        {
            throw Unsupported("$.decoder.type", type, "ByteLevel");
        }
    }

    private static JsonElement? Find(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out JsonElement value)
        && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    private JsonElement Member(JsonElement element, string name, string path) =>
        Find(element, name) ?? throw Wrong($"{path}.{name}", "missing", "there");

    private string? Text(JsonElement element, string name, string path) =>
        Find(element, name) is { } value ? Kind(value, JsonValueKind.String, $"{path}.{name}").GetString() : null;

    private bool Flag(JsonElement element, string name, string path, bool fallback) =>
        Find(element, name) switch
        {
            null => fallback,
            { ValueKind: JsonValueKind.True } => true,
            { ValueKind: JsonValueKind.False } => false,
            { } value => throw Wrong($"{path}.{name}", value.ToString(), "true or false"),
        };

    private JsonElement Kind(JsonElement value, JsonValueKind kind, string path) =>
        value.ValueKind == kind ? value : throw Wrong(path, value.ValueKind.ToString(), kind.ToString());

    private TokenizerFormatException Wrong(string path, string value, string needed) =>
        new($"{_path}: {path} is {value}; it must be {needed}.");

    private TokenizerFormatException Unsupported(string path, string value, string supported) =>
        new($"{_path}: {path} is {value}, which is not supported; supported: {supported}.");
}
