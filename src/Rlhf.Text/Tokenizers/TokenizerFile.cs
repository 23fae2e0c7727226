using System.Text.Json;
using Rlhf.Json;

namespace Rlhf.Tokenizers;

/// <summary>
/// Reads tokenizer.json. Whatever the file asks for that is not supported is refused: it would silently give other tokens.
/// </summary>
internal sealed class TokenizerFile
{
    private const string FileName = "tokenizer.json";

    // What is saved with the tokenizer; the template and the end token stand in the others.
    private static readonly string[] Companions = ["tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja"];

    private readonly TokenizerJson _json;

    private TokenizerFile(string path) => _json = new(path);

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
        BpeVocabulary vocabulary;
        using (JsonDocument document = reader._json.Parse(files[FileName]))
        {
            vocabulary = reader.Read(document.RootElement);
        }

        return new(TokenizerConfig.Apply(vocabulary, path, files), files);
    }

    private BpeVocabulary Read(JsonElement root)
    {
        _json.Known(
            root,
            "$",
            "version",
            "truncation",
            "padding",
            "added_tokens",
            "normalizer",
            "pre_tokenizer",
            "post_processor",
            "decoder",
            "model"
        );
        JsonElement model = _json.Member(root, "model", "$");
        if (_json.Text(model, "type", "$.model") is { } type && type != "BPE")
        {
            throw _json.Unsupported("$.model.type", type, "BPE");
        }

        CheckModel(model);
        Dictionary<string, int> tokens = Tokens(_json.Member(model, "vocab", "$.model"));
        IReadOnlyList<AddedToken> added = Added(root, tokens);
        Decoder(TokenizerJson.Find(root, "decoder"));
        PreTokenizerReader preparation = new(_json);
        JsonElement pieces =
            TokenizerJson.Find(root, "pre_tokenizer")
            ?? throw _json.Unsupported("$.pre_tokenizer", "null", "ByteLevel among others: the model is not byte-level");
        (IReadOnlyList<int> prefix, IReadOnlyList<int> suffix) = new PostProcessorReader(_json).Read(
            TokenizerJson.Find(root, "post_processor")
        );
        return new()
        {
            Tokens = tokens,
            Merges = Merges(_json.Member(model, "merges", "$.model"), tokens),
            Added = added,
            Normalizations = preparation.Normalizations(TokenizerJson.Find(root, "normalizer")),
            PreTokenizer = preparation.PreTokenizer(pieces),
            AddsPrefixSpace = preparation.AddsPrefixSpace(pieces),
            IgnoreMerges = _json.Flag(model, "ignore_merges", "$.model", false),
            Unknown = _json.Text(model, "unk_token", "$.model") is { } unknown ? Unknown(unknown, tokens, added) : null,
            FuseUnknown = _json.Flag(model, "fuse_unk", "$.model", false),
            Prefix = prefix,
            Suffix = suffix,
        };
    }

    private void CheckModel(JsonElement model)
    {
        _json.Known(
            model,
            "$.model",
            "type",
            "dropout",
            "unk_token",
            "continuing_subword_prefix",
            "end_of_word_suffix",
            "fuse_unk",
            "byte_fallback",
            "ignore_merges",
            "vocab",
            "merges"
        );
        foreach (string option in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (_json.Text(model, option, "$.model") is { Length: > 0 } value)
            {
                throw _json.Unsupported("$.model." + option, value, "null");
            }
        }

        if (TokenizerJson.Find(model, "dropout") is { } dropout && !(dropout.ValueKind == JsonValueKind.Number && dropout.GetDouble() == 0))
        {
            throw _json.Unsupported("$.model.dropout", dropout.ToString(), "null");
        }

        if (_json.Flag(model, "byte_fallback", "$.model", false))
        {
            throw _json.Unsupported("$.model.byte_fallback", "true", "false: the model is not byte-level");
        }
    }

    private int Unknown(string token, Dictionary<string, int> tokens, IReadOnlyList<AddedToken> added) =>
        tokens.TryGetValue(token, out int id) ? id
        : added.FirstOrDefault(t => t.Content == token) is { } special ? special.Id
        : throw _json.Wrong("$.model.unk_token", token, "a token of the vocabulary");

    private Dictionary<string, int> Tokens(JsonElement vocab)
    {
        Dictionary<string, int> tokens = new(StringComparer.Ordinal);
        HashSet<int> ids = [];
        foreach (JsonProperty entry in _json.Kind(vocab, JsonValueKind.Object, "$.model.vocab").EnumerateObject())
        {
            string path = $"$.model.vocab['{JsonText.Quote(entry.Name)}']";
            int id = _json.Id(entry.Value, path);
            tokens[entry.Name] = ids.Add(id) ? id : throw _json.Wrong(path, entry.Value.ToString(), "an id that no other token has");
        }

        return tokens.Count > 0 ? tokens : throw _json.Wrong("$.model.vocab", "{}", "not empty");
    }

    private Dictionary<(int Left, int Right), (int Rank, int Merged)> Merges(JsonElement merges, Dictionary<string, int> tokens)
    {
        Dictionary<(int, int), (int, int)> ranked = [];
        int rank = 0;
        foreach (JsonElement merge in _json.Kind(merges, JsonValueKind.Array, "$.model.merges").EnumerateArray())
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
                throw _json.Wrong(path, merge.ToString(), "two tokens, as \"a b\" or [\"a\", \"b\"]");
            }

            ranked[(Id(pair[0]), Id(pair[1]))] = (rank, Id(pair[0] + pair[1]));
            rank++;
            int Id(string token) => tokens.TryGetValue(token, out int id) ? id : throw _json.Wrong(path, token, "a token of $.model.vocab");
        }

        return ranked;
    }

    private List<AddedToken> Added(JsonElement root, Dictionary<string, int> tokens)
    {
        List<AddedToken> added = [];
        if (TokenizerJson.Find(root, "added_tokens") is null)
        {
            return added;
        }

        Dictionary<int, string> ids = tokens.ToDictionary(t => t.Value, t => t.Key);
        HashSet<string> contents = new(StringComparer.Ordinal);
        foreach (JsonElement token in _json.List(root, "added_tokens", "$"))
        {
            string path = $"$.added_tokens[{added.Count}]";
            AddedToken read = AddedToken(token, _json.Id(_json.Member(token, "id", path), path + ".id"), path);
            if (!contents.Add(read.Content))
            {
                throw _json.Wrong(path + ".content", read.Content, "a text that no added token before it has");
            }

            if (!ids.TryAdd(read.Id, read.Content) && ids[read.Id] != read.Content)
            {
                throw _json.Wrong(path + ".id", $"{read.Id}, which is the id of '{ids[read.Id]}'", "an id of its own");
            }

            if (tokens.TryGetValue(read.Content, out int id) && id != read.Id)
            {
                throw _json.Wrong(path + ".id", $"{read.Id}", $"{id}, the id of the same token in $.model.vocab");
            }

            added.Add(read);
        }

        return added;
    }

    private AddedToken AddedToken(JsonElement token, int id, string path)
    {
        _json.Known(token, path, "id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");
        bool special = _json.Flag(token, "special", path, false);
        return new(
            id,
            _json.Text(token, "content", path) is { Length: > 0 } content
                ? content
                : throw _json.Wrong(path + ".content", "missing", "a text"),
            special,
            _json.Flag(token, "normalized", path, !special),
            _json.Flag(token, "single_word", path, false),
            _json.Flag(token, "lstrip", path, false),
            _json.Flag(token, "rstrip", path, false)
        );
    }

    private void Decoder(JsonElement? decoder)
    {
        if (decoder is not { } given)
        {
            throw _json.Unsupported("$.decoder", "null", "ByteLevel");
        }

        _json.Known(given, "$.decoder", "type", "add_prefix_space", "trim_offsets", "use_regex");
        string? type = _json.Text(given, "type", "$.decoder");
        if (type != "ByteLevel")
        {
            throw _json.Unsupported("$.decoder.type", type ?? "null", "ByteLevel");
        }
    }
}
