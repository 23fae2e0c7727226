using System.Text;
using System.Text.Json;
using Rlhf.Json;

namespace Rlhf.Tokenizers;

/// <summary>Reads the sections of a tokenizer.json that prepare a text for the merges: its normalizer and its pre-tokenizer.</summary>
internal sealed class PreTokenizerReader(TokenizerJson json)
{
    // Sections within sections; what libraries write has two levels.
    private const int MaxDepth = 8;

    /// <summary>Unicode normalisations in their order.</summary>
    public IReadOnlyList<NormalizationForm> Normalizations(JsonElement? normalizer)
    {
        List<NormalizationForm> forms = [];
        if (normalizer is { } given)
        {
            AddNormalizations(forms, given, "$.normalizer", 0);
        }

        return forms;
    }

    /// <summary>What cuts a text into pieces.</summary>
    public PreTokenizer PreTokenizer(JsonElement given) => PreTokenizer(given, "$.pre_tokenizer", 0);

    /// <summary>Whether one of the parts puts a space before a text.</summary>
    public bool AddsPrefixSpace(JsonElement given, string path = "$.pre_tokenizer") =>
        json.Text(given, "type", path) == "Sequence"
            ? json.List(given, "pretokenizers", path).Any(p => AddsPrefixSpace(p, path + ".pretokenizers"))
            : json.Text(given, "type", path) == "ByteLevel" && json.Flag(given, "add_prefix_space", path, true);

    private void AddNormalizations(List<NormalizationForm> forms, JsonElement given, string path, int depth)
    {
        string type = Type(given, path, depth);
        if (type == "Sequence")
        {
            json.Known(given, path, "type", "normalizers");
            foreach ((JsonElement part, int i) in json.List(given, "normalizers", path).Select((p, i) => (p, i)))
            {
                AddNormalizations(forms, part, $"{path}.normalizers[{i}]", depth + 1);
            }

            return;
        }

        json.Known(given, path, "type");
        NormalizationForm form = type switch
        {
            "NFC" => NormalizationForm.FormC,
            "NFD" => NormalizationForm.FormD,
            "NFKC" => NormalizationForm.FormKC,
            "NFKD" => NormalizationForm.FormKD,
            _ => throw json.Unsupported(path + ".type", type, "NFC, NFD, NFKC, NFKD, Sequence"),
        };

        // Without its tables .NET leaves texts as they are.
        if ("e\u0301".Normalize(NormalizationForm.FormC) != "\u00E9")
        {
            throw json.Error(
                $"{path} needs Unicode normalisation, which is off in globalization-invariant mode. Install libicu and set DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=0."
            );
        }

        forms.Add(form);
    }

    private PreTokenizer PreTokenizer(JsonElement given, string path, int depth)
    {
        string type = Type(given, path, depth);
        switch (type)
        {
            case "Sequence":
                json.Known(given, path, "type", "pretokenizers");
                return new SequencePreTokenizer([
                    .. json.List(given, "pretokenizers", path).Select((p, i) => PreTokenizer(p, $"{path}.pretokenizers[{i}]", depth + 1)),
                ]);
            case "ByteLevel":
                json.Known(given, path, "type", "add_prefix_space", "trim_offsets", "use_regex");
                return new ByteLevelPreTokenizer(
                    json.Flag(given, "add_prefix_space", path, true),
                    json.Flag(given, "use_regex", path, true)
                );
            case "Split":
                json.Known(given, path, "type", "pattern", "behavior", "invert");
                return new SplitPreTokenizer(
                    Pattern(json.Member(given, "pattern", path), path + ".pattern"),
                    Behavior(given, path),
                    json.Flag(given, "invert", path, false)
                );
            case "Digits":
                json.Known(given, path, "type", "individual_digits");
                return new SplitPreTokenizer(
                    new(json.Flag(given, "individual_digits", path, false) ? @"\p{N}" : @"\p{N}+"),
                    SplitBehavior.Isolated,
                    invert: false
                );
            case "Whitespace":
                json.Known(given, path, "type");
                return new SplitPreTokenizer(new(@"\w+|[^\w\s]+"), SplitBehavior.Removed, invert: true);
            case "WhitespaceSplit":
                json.Known(given, path, "type");
                return new SplitPreTokenizer(new(@"\s"), SplitBehavior.Removed, invert: false);
            default:
                throw json.Unsupported(path + ".type", type, "Sequence, ByteLevel, Split, Digits, Whitespace, WhitespaceSplit");
        }
    }

    private string Type(JsonElement given, string path, int depth) =>
        depth > MaxDepth
            ? throw json.Wrong(path, "deeper", $"nested at most {MaxDepth} levels deep")
            : json.Text(given, "type", path) ?? throw json.Wrong(path + ".type", "missing", "a text");

    private CodePointRegex Pattern(JsonElement pattern, string path)
    {
        json.Known(pattern, path, "String", "Regex");
        if (json.Text(pattern, "String", path) is { } literal)
        {
            return new(System.Text.RegularExpressions.Regex.Escape(literal));
        }

        string regex = json.Text(pattern, "Regex", path) ?? throw json.Wrong(path, pattern.ToString(), "an object with Regex or String");
        try
        {
            return CodePointRegex.Foreign(regex);
        }
        catch (ArgumentException e)
        {
            throw json.Error($"{path}.Regex cannot be read as a .NET regular expression: {JsonText.Quote(e.Message)}", e);
        }
    }

    private SplitBehavior Behavior(JsonElement given, string path) =>
        json.Text(given, "behavior", path) switch
        {
            "Removed" => SplitBehavior.Removed,
            "Isolated" => SplitBehavior.Isolated,
            "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
            "MergedWithNext" => SplitBehavior.MergedWithNext,
            "Contiguous" => SplitBehavior.Contiguous,
            var other => throw json.Wrong(
                path + ".behavior",
                other ?? "null",
                "Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous"
            ),
        };
}
