using System.Text.Json;
using Rlhf.Json;

namespace Rlhf.Tokenizers;

/// <summary>Reads members of a tokenizer's JSON file; what is missing, of another type or unknown is an error with file and JSON path.</summary>
/// <param name="file">The file, for messages.</param>
internal sealed class TokenizerJson(string file)
{
    /// <summary>Gives a file's text as a document, which the caller disposes.</summary>
    /// <exception cref="TokenizerFormatException">It is no JSON object.</exception>
    public JsonDocument Parse(byte[] utf8)
    {
        JsonDocument document;
        try
        {
            document = JsonText.Parse(utf8);
        }
        catch (JsonTextException e)
        {
            throw new TokenizerFormatException($"{file}, {e.Message}", e);
        }

        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            document.Dispose();
            throw Wrong("$", "no object", "a JSON object");
        }

        return document;
    }

    /// <summary>A member that is there and not null.</summary>
    public static JsonElement? Find(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out JsonElement value)
        && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    public JsonElement Member(JsonElement element, string name, string path) =>
        Find(element, name) ?? throw Wrong($"{path}.{name}", "missing", "there");

    public string? Text(JsonElement element, string name, string path) =>
        Find(element, name) is { } value ? Kind(value, JsonValueKind.String, $"{path}.{name}").GetString() : null;

    public bool Flag(JsonElement element, string name, string path, bool fallback) =>
        Find(element, name) switch
        {
            null => fallback,
            { ValueKind: JsonValueKind.True } => true,
            { ValueKind: JsonValueKind.False } => false,
            { } value => throw Wrong($"{path}.{name}", value.ToString(), "true or false"),
        };

    /// <summary>The elements of a list.</summary>
    public IEnumerable<JsonElement> List(JsonElement element, string name, string path) =>
        Kind(Member(element, name, path), JsonValueKind.Array, $"{path}.{name}").EnumerateArray();

    /// <summary>An id from 0 to <see cref="BpeVocabulary.LargestId"/>.</summary>
    public int Id(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int id) && id is >= 0 and <= BpeVocabulary.LargestId
            ? id
            : throw Wrong(path, value.ToString(), $"an id from 0 to {BpeVocabulary.LargestId}");

    public JsonElement Kind(JsonElement value, JsonValueKind kind, string path) =>
        value.ValueKind == kind ? value : throw Wrong(path, $"of the kind {value.ValueKind}", $"of the kind {kind}");

    /// <summary>
    /// Refuses members that nobody here reads: they might ask for other tokens. A value of null or false asks for nothing.
    /// </summary>
    public void Known(JsonElement element, string path, params ReadOnlySpan<string> names)
    {
        foreach (JsonProperty member in Kind(element, JsonValueKind.Object, path).EnumerateObject())
        {
            if (member.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False) && !names.Contains(member.Name))
            {
                throw Error(
                    $"{path}.{JsonText.Quote(member.Name)} is {JsonText.Quote(member.Value.ToString())}; this key is not known here and may ask for other tokens. Where it does not, set it to null."
                );
            }
        }
    }

    public TokenizerFormatException Wrong(string path, string value, string needed) =>
        new($"{file}: {path} is {JsonText.Quote(value)}; it must be {needed}.");

    public TokenizerFormatException Unsupported(string path, string value, string supported) =>
        new($"{file}: {path} is {JsonText.Quote(value)}, which is not supported; supported: {supported}.");

    public TokenizerFormatException Error(string message, Exception? inner = null) =>
        inner is null ? new($"{file}: {message}") : new($"{file}: {message}", inner);
}
