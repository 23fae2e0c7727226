using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rlhf.Json;

namespace Rlhf.Trainers.Configuration;

/// <summary>The one JSON document that a configuration is read from: the file's, with values replaced.</summary>
internal sealed class ConfigurationDocument
{
    private static readonly JsonTextOptions Reading = new() { Comments = true, TrailingCommas = true };
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The key that tells an editor where the schema lies; it says nothing to the library.</summary>
    public const string SchemaKey = "$schema";

    private const int DeepestKey = 32; // what reads the document goes as deep

    private readonly ConfigurationSources _sources;
    private readonly Dictionary<string, ConfigurationOverride> _replaced = new(StringComparer.OrdinalIgnoreCase);

    private readonly List<(JsonArray List, string Key, int Index)> _removed = [];

    private ConfigurationDocument(ConfigurationSources sources, JsonObject root)
    {
        (_sources, Root) = (sources, root);
    }

    public JsonObject Root { get; }

    private string FileName => _sources.File ?? "the built-in configuration";

    /// <summary>Reads the document and replaces values.</summary>
    public static ConfigurationDocument Create(ConfigurationSources sources)
    {
        string name = sources.File ?? "the built-in configuration";
        JsonNode? root;
        try
        {
            root = JsonText.ParseNode(Strict.GetBytes(sources.Json), Reading);
        }
        catch (JsonTextException e)
        {
            throw new ConfigurationException($"{name} is no JSON that can be read: {e.Message}");
        }
        catch (EncoderFallbackException)
        {
            throw new ConfigurationException(
                $"{name} is no JSON that can be read: it holds half of a surrogate pair, which is no Unicode text."
            );
        }

        ConfigurationDocument document = new(
            sources,
            root as JsonObject ?? throw new ConfigurationException($"{name}: it holds no JSON object.")
        );
        document.Root.Remove(SchemaKey);
        string[] problems = [.. sources.Overrides.Select(document.Replace).OfType<string>()];
        document.RemoveElements();
        return problems.Length == 0 ? document : throw new ConfigurationException(problems);
    }

    /// <summary>Where the value of a key comes from, for messages.</summary>
    public string OriginOf(string key) => _replaced.TryGetValue(key, out ConfigurationOverride? replaced) ? replaced.Origin : FileName;

    /// <summary>The folder against which a relative path under a key is resolved.</summary>
    public string BaseFolderOf(string key) =>
        _replaced.ContainsKey(key) || _sources.File is null ? Directory.GetCurrentDirectory() : Path.GetDirectoryName(_sources.File)!;

    /// <summary>Reads a replaced value as text where it was taken for a number or a truth value; says whether there was one.</summary>
    public bool ReadAsText(string key)
    {
        if (
            !_replaced.TryGetValue(key, out ConfigurationOverride? replaced)
            || Find(key) is not { } place
            || place.Value is JsonValue value && value.GetValueKind() == JsonValueKind.String
        )
        {
            return false;
        }

        place.Set(JsonValue.Create(replaced.Value));
        return true;
    }

    /// <summary>The text that stands at a key; null where there is none.</summary>
    public string? TextAt(string key) =>
        Find(key)?.Value is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    /// <summary>Takes an unknown key out, so that reading can go on to the next problem.</summary>
    public bool Remove(IReadOnlyList<string> names)
    {
        JsonNode? parent = names.SkipLast(1).Aggregate((JsonNode?)Root, (node, name) => node is null ? null : Child(node, name).Value);
        return parent is JsonObject section && names.Count > 0 && section.Remove(Child(section, names[^1]).Name);
    }

    /// <summary>A problem for each null in a list, which the serializer would let through whatever the element's type.</summary>
    public IEnumerable<string> NullElements() => NullElements(Root, "");

    private IEnumerable<string> NullElements(JsonNode node, string key)
    {
        IEnumerable<(string Name, JsonNode? Value)> parts = node switch
        {
            JsonArray list => list.Select((value, i) => (i.ToString(CultureInfo.InvariantCulture), value)),
            JsonObject section => section.Select(p => (p.Key, p.Value)),
            _ => [],
        };
        foreach ((string name, JsonNode? value) in parts)
        {
            string at = key.Length == 0 ? name : $"{key}:{name}";
            if (value is not null)
            {
                foreach (string problem in NullElements(value, at))
                {
                    yield return problem;
                }
            }
            else if (node is JsonArray)
            {
                yield return $"{at} (from {OriginOf(at)}): an element of a list must not be null.";
            }
        }
    }

    // Elements that are set to null, the last ones first; what was said of those after them now stands one place earlier.
    private void RemoveElements()
    {
        foreach ((JsonArray list, string key, int index) in _removed.OrderByDescending(r => r.Index))
        {
            list.RemoveAt(index);
            foreach (string replaced in _replaced.Keys.Where(k => k.StartsWith(key + ":", StringComparison.OrdinalIgnoreCase)).ToArray())
            {
                string[] parts = replaced[(key.Length + 1)..].Split(':', 2);
                int place = int.Parse(parts[0], CultureInfo.InvariantCulture);
                if (place >= index)
                {
                    _replaced.Remove(replaced, out ConfigurationOverride? change);
                    if (place > index)
                    {
                        string moved = (place - 1).ToString(CultureInfo.InvariantCulture);
                        _replaced[string.Join(':', [key, moved, .. parts[1..]])] = change!;
                    }
                }
            }
        }
    }

    private string? Replace(ConfigurationOverride change)
    {
        if (!IsUnicode(change.Key) || !IsUnicode(change.Value))
        {
            return $"{JsonText.Quote(change.Key)} (from {change.Origin}): it holds half of a surrogate pair, which is no Unicode text.";
        }

        JsonNode node = Root;
        string[] names = change.Key.Split(':');
        if (names.Length > DeepestKey)
        {
            return $"{JsonText.Quote(change.Key)} (from {change.Origin}): the key has {names.Length} parts; a configuration is {DeepestKey} deep at the most.";
        }

        string[] canonical = [.. names];
        for (int i = 0; i < names.Length; i++)
        {
            bool isLast = i == names.Length - 1;
            string path = string.Join(':', names[..(i + 1)]);
            switch (node)
            {
                case JsonArray list when ListElements.IndexOf(list, names[i]) is { } index:
                    canonical[i] = index.ToString(CultureInfo.InvariantCulture);
                    if (isLast && change.Value == "null")
                    {
                        _removed.Add((list, string.Join(':', canonical[..i]), index));
                    }
                    else if (isLast)
                    {
                        list[index] = Literal(change.Value);
                    }
                    else
                    {
                        node = list[index] ??= new JsonObject();
                    }

                    break;
                case JsonArray list:
                    string[] called = [.. list.Select(ListElements.NameOf).OfType<string>()];
                    return $"{path} (from {change.Origin}): the list has {list.Count} elements, counted from 0{(called.Length > 0 ? $" or called {string.Join(", ", called)}" : "")}; elements can be changed or, with null, taken out here, not added.";
                case JsonObject section:
                    string name =
                        section.Select(p => p.Key).FirstOrDefault(k => string.Equals(k, names[i], StringComparison.OrdinalIgnoreCase))
                        ?? JsonNamingPolicy.CamelCase.ConvertName(names[i]);
                    if (isLast)
                    {
                        section[name] =
                            section[name] is JsonValue { } old && old.GetValueKind() == JsonValueKind.String
                                ? JsonValue.Create(change.Value)
                                : Literal(change.Value);
                    }
                    else
                    {
                        node = section[name] ??= new JsonObject();
                    }

                    break;
                default:
                    return $"{change.Key} (from {change.Origin}): {string.Join(':', names[..i])} is a value, not a section.";
            }
        }

        _replaced[string.Join(':', canonical)] = change;
        return null;
    }

    private static bool IsUnicode(string text)
    {
        try
        {
            return Strict.GetByteCount(text) >= 0;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    // A number, true, false or null; any other text is a text.
    private static JsonNode? Literal(string value)
    {
        try
        {
            JsonNode? node = JsonText.ParseNode(Encoding.UTF8.GetBytes(value));
            return node is null or JsonValue ? node : JsonValue.Create(value);
        }
        catch (JsonTextException)
        {
            return JsonValue.Create(value);
        }
    }

    private Place? Find(string key)
    {
        JsonNode? parent = null,
            node = Root;
        string last = "";
        foreach (string name in key.Split(':'))
        {
            parent = node;
            (last, node) = Child(node!, name);
            if (node is null)
            {
                return null;
            }
        }

        return new(parent!, last, node!);
    }

    // An element of a list, or a value of a section with its name as it is written there.
    private static (string Name, JsonNode? Value) Child(JsonNode node, string name) =>
        node switch
        {
            JsonArray list when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < list.Count =>
                (name, list[index]),
            JsonObject section
                when section.FirstOrDefault(p => string.Equals(p.Key, name, StringComparison.OrdinalIgnoreCase))
                    is { Key: { } found } pair => (found, pair.Value),
            _ => (name, null),
        };

    private sealed record Place(JsonNode Parent, string Name, JsonNode Value)
    {
        public void Set(JsonNode? value)
        {
            if (Parent is JsonArray list)
            {
                list[int.Parse(Name, CultureInfo.InvariantCulture)] = value;
            }
            else
            {
                Parent[Name] = value;
            }
        }
    }
}
