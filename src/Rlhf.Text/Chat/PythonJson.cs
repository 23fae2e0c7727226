using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Rlhf.Chat;

/// <summary>
/// JSON as Python's <c>json.dumps(value, ensure_ascii=False)</c> writes it, which is what <c>tojson</c> means in chat templates: keys in
/// their order, <c>", "</c> and <c>": "</c> between, only quotes, backslashes and control characters escaped, floats by Python's
/// <c>repr</c>.
/// </summary>
internal static class PythonJson
{
    // Deeper than any tool's schema, and far from the end of any stack.
    private const int MaxDepth = 100;

    /// <param name="value">The value.</param>
    /// <param name="indent">Spaces a level, each item on its own line; 0 for one line.</param>
    /// <exception cref="ArgumentException">
    /// There is no value, it is nested deeper than 100 levels, or it holds text that is no Unicode.
    /// </exception>
    public static string Write(JsonElement value, int indent = 0)
    {
        var text = new StringBuilder();
        try
        {
            Append(text, value, indent, depth: 0);
        }
        catch (InvalidOperationException e)
        {
            throw NoUnicode(e);
        }

        return text.ToString();
    }

    /// <summary>A text, or any other value as JSON.</summary>
    /// <inheritdoc cref="Write(JsonElement, int)"/>
    public static string TextOrJson(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString()! : Write(value);
        }
        catch (InvalidOperationException e)
        {
            throw NoUnicode(e);
        }
    }

    public static string Write(string value) => AppendString(new StringBuilder(), value).ToString();

    private static ArgumentException NoUnicode(InvalidOperationException e) =>
        new("A tool, or the arguments of a tool call, hold text with half of a surrogate pair, which is no Unicode.", e);

    private static void Append(StringBuilder text, JsonElement value, int indent, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new ArgumentException($"A tool, or the arguments of a tool call, are nested deeper than {MaxDepth} levels.");
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                AppendItems(
                    text,
                    '{',
                    '}',
                    value.EnumerateObject(),
                    indent,
                    depth,
                    property =>
                    {
                        AppendString(text, property.Name).Append(": ");
                        Append(text, property.Value, indent, depth + 1);
                    }
                );
                break;
            case JsonValueKind.Array:
                AppendItems(text, '[', ']', value.EnumerateArray(), indent, depth, item => Append(text, item, indent, depth + 1));
                break;
            case JsonValueKind.String:
                AppendString(text, value.GetString()!);
                break;
            case JsonValueKind.Number:
                text.Append(Number(value.GetRawText()));
                break;
            case JsonValueKind.Undefined:
                throw new ArgumentException("A tool, or the arguments of a tool call, hold no JSON value.");
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    private static void AppendItems<T>(
        StringBuilder text,
        char open,
        char close,
        IEnumerable<T> items,
        int indent,
        int depth,
        Action<T> append
    )
    {
        text.Append(open);
        bool any = false;
        foreach (T item in items)
        {
            text.Append(any ? (indent > 0 ? "," : ", ") : "");
            AppendLineStart(text, indent, depth + 1);
            append(item);
            any = true;
        }

        if (any)
        {
            AppendLineStart(text, indent, depth);
        }

        text.Append(close);
    }

    private static void AppendLineStart(StringBuilder text, int indent, int depth)
    {
        if (indent > 0)
        {
            text.Append('\n').Append(' ', indent * depth);
        }
    }

    private static StringBuilder AppendString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (char c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        return text.Append('"');
    }

    // Python reads a number with a point or an exponent as a double and any other as an integer of any size.
    private static string Number(string raw) =>
        raw.AsSpan().IndexOfAny(".eE") < 0
            ? BigInteger.Parse(raw, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)
            : Repr(double.Parse(raw, CultureInfo.InvariantCulture));

    // The shortest digits that read back as the same double; an exponent below 1e-4 and from 1e16 on.
    private static string Repr(double value)
    {
        if (double.IsInfinity(value))
        {
            return value > 0 ? "Infinity" : "-Infinity";
        }

        string shortest = Math.Abs(value).ToString("E16", CultureInfo.InvariantCulture);
        for (int precision = 0; precision < 16; precision++)
        {
            string candidate = Math.Abs(value)
                .ToString("E" + precision.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            if (double.Parse(candidate, CultureInfo.InvariantCulture) == Math.Abs(value))
            {
                shortest = candidate;
                break;
            }
        }

        int e = shortest.IndexOf('E', StringComparison.Ordinal);
        string digits = shortest[..e].Replace(".", "", StringComparison.Ordinal);
        int exponent = int.Parse(shortest[(e + 1)..], CultureInfo.InvariantCulture);
        string sign = double.IsNegative(value) ? "-" : "";
        if (exponent is < -4 or >= 16)
        {
            string point = digits.Length > 1 ? "." : "";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{sign}{digits[0]}{point}{digits[1..]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}"
            );
        }

        if (exponent < 0)
        {
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        }

        string whole = digits.PadRight(exponent + 2, '0');
        return $"{sign}{whole[..(exponent + 1)]}.{whole[(exponent + 1)..]}";
    }
}
