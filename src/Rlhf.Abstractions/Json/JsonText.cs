using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace Rlhf.Json;

/// <summary>
/// The one reader of JSON: strict, and with one kind of error. What it lets through can be read without a surprise, since every text is
/// Unicode and no key stands twice.
/// </summary>
/// <remarks>
/// A byte-order mark is passed over. Refused with line and key: what is no JSON, bytes that are no UTF-8, escapes that are half of a
/// surrogate pair, a key that stands twice in its object, nesting beyond <see cref="JsonTextOptions.MaxDepth"/>. The check is one pass
/// without recursion.
/// </remarks>
public static class JsonText
{
    private const int LongestQuote = 200;
    private static readonly JsonTextOptions Strict = new();

    /// <summary>Reads a text as a document, which the caller disposes.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="options">What is allowed; null for strict JSON.</param>
    /// <exception cref="JsonTextException">The text is refused.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8, JsonTextOptions? options = null)
    {
        options ??= Strict;
        utf8 = Checked(utf8, options);
        return JsonDocument.Parse(utf8, Reading(options));
    }

    /// <summary>Reads a text as nodes that can be changed; null for the literal <c>null</c>.</summary>
    /// <inheritdoc cref="Parse"/>
    public static JsonNode? ParseNode(ReadOnlyMemory<byte> utf8, JsonTextOptions? options = null)
    {
        options ??= Strict;
        utf8 = Checked(utf8, options);
        return JsonNode.Parse(utf8.Span, documentOptions: Reading(options));
    }

    /// <summary>Reads a text as an object of a type.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="serializer">How the type is read.</param>
    /// <param name="options">What is allowed; null for strict JSON.</param>
    /// <exception cref="JsonTextException">The text is refused, is the literal null, or does not fit the type.</exception>
    public static T Deserialize<T>(ReadOnlyMemory<byte> utf8, JsonSerializerOptions serializer, JsonTextOptions? options = null)
    {
        options ??= Strict;
        utf8 = Checked(utf8, options);
        try
        {
            var reader = new Utf8JsonReader(utf8.Span, Tokens(options));
            return JsonSerializer.Deserialize<T>(ref reader, serializer)
                ?? throw new JsonTextException($"line {options.FirstLine}: it is null.", options.FirstLine);
        }
        catch (JsonException e)
        {
            throw Broken(e, options);
        }
    }

    /// <summary>A value as a message quotes it: at most 200 characters.</summary>
    /// <param name="value">The value.</param>
    public static string Quote(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        int length = char.IsHighSurrogate(value.ElementAtOrDefault(LongestQuote - 1)) ? LongestQuote - 1 : LongestQuote;
        return value.Length <= LongestQuote ? value : value[..length] + "…";
    }

    private static JsonDocumentOptions Reading(JsonTextOptions options) =>
        new()
        {
            CommentHandling = options.Comments ? JsonCommentHandling.Skip : JsonCommentHandling.Disallow,
            AllowTrailingCommas = options.TrailingCommas,
            MaxDepth = options.MaxDepth,
        };

    private static JsonReaderOptions Tokens(JsonTextOptions options) =>
        new()
        {
            CommentHandling = options.Comments ? JsonCommentHandling.Skip : JsonCommentHandling.Disallow,
            AllowTrailingCommas = options.TrailingCommas,
            MaxDepth = options.MaxDepth,
        };

    // The text without its byte-order mark, once it holds nothing that a later read would stumble over.
    private static ReadOnlyMemory<byte> Checked(ReadOnlyMemory<byte> utf8, JsonTextOptions options)
    {
        utf8 = utf8.Span.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8;
        ReadOnlySpan<byte> text = utf8.Span;
        if (!Utf8.IsValid(text))
        {
            int bad = FirstInvalid(text);
            throw Fault(text, bad, options, $"byte {bad - LineStart(text, bad) + 1} is no UTF-8");
        }

        var reader = new Utf8JsonReader(text, Tokens(options));
        Stack<Container> open = new();
        try
        {
            while (reader.Read())
            {
                Take(ref reader, text, open, options);
            }
        }
        catch (JsonException e)
        {
            throw Broken(e, options);
        }

        return utf8;
    }

    private static void Take(ref Utf8JsonReader reader, ReadOnlySpan<byte> text, Stack<Container> open, JsonTextOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                Container section = open.Peek();
                section.Key = Text(ref reader, text, open, options, "a key");
                if (!section.Keys!.Add(section.Key))
                {
                    throw Fault(text, (int)reader.TokenStartIndex, options, $"key '{PathOf(open)}' stands twice");
                }

                return;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                open.Pop();
                return;
        }

        if (open.TryPeek(out Container? list) && list.Keys is null)
        {
            list.Index++;
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                open.Push(new() { Keys = new(StringComparer.Ordinal) });
                break;
            case JsonTokenType.StartArray:
                open.Push(new());
                break;
            case JsonTokenType.String when reader.ValueIsEscaped:
                Text(ref reader, text, open, options, "a text");
                break;
        }
    }

    private static string Text(
        ref Utf8JsonReader reader,
        ReadOnlySpan<byte> text,
        Stack<Container> open,
        JsonTextOptions options,
        string what
    )
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            string at = PathOf(open);
            throw Fault(
                text,
                (int)reader.TokenStartIndex,
                options,
                $"{(at.Length == 0 ? "" : $"at '{at}', ")}{what} holds half of a surrogate pair, which is no Unicode text",
                e
            );
        }
    }

    private static string PathOf(Stack<Container> open)
    {
        StringBuilder path = new();
        foreach (Container container in open.Reverse())
        {
            if (container.Keys is null)
            {
                path.Append('[').Append(container.Index).Append(']');
            }
            else if (container.Key is { } key)
            {
                path.Append(path.Length == 0 ? "" : ".").Append(key);
            }
        }

        return Quote(path.ToString());
    }

    private static JsonTextException Broken(JsonException e, JsonTextOptions options)
    {
        long line = options.FirstLine + (e.LineNumber ?? 0);
        string message = e.Message;
        int position = message.IndexOf(" LineNumber:", StringComparison.Ordinal),
            path = message.IndexOf(" Path:", StringComparison.Ordinal);
        int end =
            position < 0 ? path
            : path < 0 ? position
            : Math.Min(position, path);
        string what = (end < 0 ? message : message[..end]).TrimEnd('.', ' ');
        string at = e.Path is { Length: > 1 } key ? $" at '{Quote(key.TrimStart('$', '.'))}'" : "";
        return new($"line {line}{at}: {what}.", line, e);
    }

    private static JsonTextException Fault(ReadOnlySpan<byte> text, int at, JsonTextOptions options, string what, Exception? inner = null)
    {
        long line = options.FirstLine + text[..at].Count((byte)'\n');
        return new($"line {line}: {what}.", line, inner);
    }

    private static int LineStart(ReadOnlySpan<byte> text, int at) => text[..at].LastIndexOf((byte)'\n') + 1;

    private static int FirstInvalid(ReadOnlySpan<byte> text)
    {
        int at = 0;
        while (Rune.DecodeFromUtf8(text[at..], out _, out int length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
        }

        return at;
    }

    // An object or list that the reader is in.
    private sealed class Container
    {
        /// <summary>The keys of an object so far; null for a list.</summary>
        public HashSet<string>? Keys { get; init; }

        public string? Key { get; set; }

        public int Index { get; set; } = -1;
    }
}
