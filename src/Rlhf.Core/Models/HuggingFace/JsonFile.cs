using System.Globalization;
using System.Text.Json;
using Rlhf.Json;
using Rlhf.Safetensors;

namespace Rlhf.Models;

/// <summary>A JSON object read from a file, whose keys are asked for by type; every complaint names file, key and value.</summary>
internal sealed class JsonFile : IDisposable
{
    private readonly JsonDocument? _document;
    private readonly JsonElement _root;
    private readonly string _prefix;

    private JsonFile(string path, JsonDocument? document, JsonElement root, string prefix)
    {
        (Path, _document, _root, _prefix) = (path, document, root, prefix);
    }

    public string Path { get; }

    /// <summary>Reads a file that holds one object.</summary>
    /// <exception cref="ModelFormatException">There is no such file, or it holds no JSON object.</exception>
    public static JsonFile Open(string path)
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(path);
            LfsPointer.Refuse(bytes, path, message => new ModelFormatException(message));
            JsonDocument document = JsonText.Parse(bytes);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return new(path, document, document.RootElement, "");
            }

            document.Dispose();
            throw new ModelFormatException($"{path}: it holds no JSON object.");
        }
        catch (JsonTextException e)
        {
            throw new ModelFormatException($"{path}: {e.Message}", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelFormatException($"{path}: there is no such file. A model's folder needs it.", e);
        }
    }

    /// <summary>All keys with their values, in the file's order.</summary>
    public IEnumerable<(string Key, JsonElement Value)> Members => _root.EnumerateObject().Select(p => (p.Name, p.Value));

    /// <summary>A key with those of the objects that it lies in.</summary>
    public string FullName(string key) => _prefix + key;

    public bool Has(string key) => _root.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    public JsonElement? Find(string key) => Has(key) ? _root.GetProperty(key) : null;

    /// <summary>An object under a key, with its key in front of its own in complaints.</summary>
    public JsonFile? Section(string key) =>
        Find(key) switch
        {
            null => null,
            { ValueKind: JsonValueKind.Object } value => new(Path, null, value, $"{_prefix}{key}."),
            { } value => throw Wrong(key, value, "an object"),
        };

    public string? Text(string key) =>
        Find(key) switch
        {
            null => null,
            { ValueKind: JsonValueKind.String } value => value.GetString(),
            { } value => throw Wrong(key, value, "a text"),
        };

    public bool Flag(string key, bool fallback) =>
        Find(key) switch
        {
            null => fallback,
            { ValueKind: JsonValueKind.True } => true,
            { ValueKind: JsonValueKind.False } => false,
            { } value => throw Wrong(key, value, "true or false"),
        };

    public double Number(string key, double fallback) =>
        Find(key) switch
        {
            null => fallback,
            { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out double number) && double.IsFinite(number) => number,
            { } value => throw Wrong(key, value, "a number"),
        };

    public int Count(string key, int? fallback = null) =>
        Find(key) switch
        {
            null => fallback ?? throw Missing(key),
            { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out int number) && number > 0 => number,
            { } value => throw Wrong(key, value, "a whole number above 0"),
        };

    /// <summary>A token's id; null where it is missing or −1, as older files write "none".</summary>
    public int? Token(string key) =>
        Find(key) switch
        {
            null => null,
            { ValueKind: JsonValueKind.Number } none when none.TryGetInt32(out int number) && number == -1 => null,
            { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out int number) && number >= 0 => number,
            { } value => throw Wrong(key, value, "a token id"),
        };

    /// <summary>Token ids given as one number or a list.</summary>
    public IReadOnlyList<int>? Tokens(string key) =>
        Find(key) is { ValueKind: JsonValueKind.Array } list
            ?
            [
                .. list.EnumerateArray()
                    .Select(e =>
                        e.ValueKind == JsonValueKind.Number && e.TryGetInt32(out int id) && id >= 0 ? id : throw Wrong(key, e, "token ids")
                    ),
            ]
        : Token(key) is { } single ? [single]
        : null;

    public ModelFormatException Wrong(string key, object? value, string needed) =>
        new($"{Path}: {_prefix}{key} is {Quoted(value)}; it must be {needed}.");

    public ModelFormatException Missing(string key) => new($"{Path}: {_prefix}{key} is missing.");

    public void Dispose() => _document?.Dispose();

    /// <summary>A value as its file writes it, cut where it is long.</summary>
    public static string Quoted(object? value) =>
        JsonText.Quote(
            value switch
            {
                null => "null",
                JsonElement element => element.GetRawText(),
                IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
                _ => value.ToString()!,
            }
        );
}
