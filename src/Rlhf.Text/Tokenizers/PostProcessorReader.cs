using System.Text.Json;

namespace Rlhf.Tokenizers;

/// <summary>Reads what a tokenizer.json puts around a plain text.</summary>
internal sealed class PostProcessorReader(TokenizerJson json)
{
    // Post-processors within post-processors; what libraries write has two levels.
    private const int MaxDepth = 8;

    /// <summary>The tokens before and after a text.</summary>
    public (IReadOnlyList<int> Prefix, IReadOnlyList<int> Suffix) Read(JsonElement? given)
    {
        List<int> prefix = [],
            suffix = [];
        if (given is { } processor)
        {
            Add(prefix, suffix, processor, "$.post_processor", 0);
        }

        return (prefix, suffix);
    }

    private void Add(List<int> prefix, List<int> suffix, JsonElement given, string path, int depth)
    {
        string type = json.Text(given, "type", path) ?? throw json.Wrong(path + ".type", "missing", "a text");
        switch (type)
        {
            case "ByteLevel": // It moves offsets, not tokens.
                json.Known(given, path, "type", "add_prefix_space", "trim_offsets", "use_regex");
                break;
            case "Sequence" when depth < MaxDepth:
                json.Known(given, path, "type", "processors");
                foreach ((JsonElement part, int i) in json.List(given, "processors", path).Select((p, i) => (p, i)))
                {
                    Add(prefix, suffix, part, $"{path}.processors[{i}]", depth + 1);
                }

                break;
            case "TemplateProcessing":
                json.Known(given, path, "type", "single", "pair", "special_tokens");
                AddTemplate(prefix, suffix, given, path);
                break;
            default:
                throw json.Unsupported(path + ".type", type, "null, ByteLevel, TemplateProcessing, Sequence");
        }
    }

    // A template around what the processors before it made: its tokens are the outermost.
    private void AddTemplate(List<int> prefix, List<int> suffix, JsonElement given, string path)
    {
        List<int> before = [],
            after = [];
        bool past = false;
        foreach ((JsonElement piece, int i) in json.List(given, "single", path).Select((p, i) => (p, i)))
        {
            string at = $"{path}.single[{i}]";
            json.Known(piece, at, "SpecialToken", "Sequence");
            if (TokenizerJson.Find(piece, "SpecialToken") is { } token)
            {
                json.Known(token, at + ".SpecialToken", "id", "type_id");
                (past ? after : before).AddRange(Ids(given, path, json.Text(token, "id", at + ".SpecialToken") ?? ""));
                continue;
            }

            JsonElement sequence = json.Member(piece, "Sequence", at);
            json.Known(sequence, at + ".Sequence", "id", "type_id");
            string? name = json.Text(sequence, "id", at + ".Sequence");
            past = name == "A" && !past ? true : throw json.Wrong(at + ".Sequence.id", name ?? "null", "A, and once");
        }

        if (!past)
        {
            throw json.Wrong(path + ".single", "without the text", "a list that holds the sequence A");
        }

        prefix.InsertRange(0, before);
        suffix.AddRange(after);
    }

    private IEnumerable<int> Ids(JsonElement given, string path, string name)
    {
        string tokens = path + ".special_tokens";
        JsonElement token = json.Member(json.Member(given, "special_tokens", path), name, tokens);
        json.Known(token, $"{tokens}.{name}", "id", "ids", "tokens");
        return json.List(token, "ids", $"{tokens}.{name}").Select((id, i) => json.Id(id, $"{tokens}.{name}.ids[{i}]"));
    }
}
