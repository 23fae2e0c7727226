using System.Globalization;
using System.Text;
using System.Text.Json;
using Rlhf.Json;

namespace Rlhf.Verification.Sandbox;

/// <summary>Tests that give input and output: what a program prints is compared outside its process, which never holds what is expected.</summary>
/// <param name="Function">The function that is called; null for programs that read standard input.</param>
/// <param name="Inputs">What stands on standard input, a text a case.</param>
/// <param name="Outputs">What has to be printed.</param>
internal sealed record TestCases(string? Function, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs)
{
    private const double Tolerance = 1e-6; // absolute and relative, as contests have it

    private static readonly string[] Keys = ["\"inputs\"", "\"input\"", "\"outputs\"", "\"output\""];

    /// <summary>Reads tests that are cases; null for tests that are code.</summary>
    /// <exception cref="FormatException">They are JSON, but no cases; the message says why.</exception>
    public static TestCases? Read(string tests)
    {
        if (tests.AsSpan().TrimStart() is not ['{' or '[', ..])
        {
            return null;
        }

        JsonDocument document;
        try
        {
            document = JsonText.Parse(Encoding.UTF8.GetBytes(tests));
        }
        catch (JsonTextException) when (!Array.Exists(Keys, k => tests.Contains(k, StringComparison.Ordinal)))
        {
            return null; // code that begins with a bracket
        }

        using (document)
        {
            JsonElement root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object ? FromLists(root) : FromCases(root);
        }
    }

    /// <summary>Whether a case's output is what is expected.</summary>
    public bool Accepts(int index, string output) =>
        Function is null ? SameLines(Outputs[index], output) : SameValue(Outputs[index], output);

    private static TestCases FromLists(JsonElement root)
    {
        if (
            !root.TryGetProperty("inputs", out JsonElement inputs)
            || !root.TryGetProperty("outputs", out JsonElement outputs)
            || inputs.ValueKind != JsonValueKind.Array
            || outputs.ValueKind != JsonValueKind.Array
        )
        {
            throw new FormatException("the tests are JSON without the lists inputs and outputs.");
        }

        if (inputs.GetArrayLength() != outputs.GetArrayLength() || inputs.GetArrayLength() == 0)
        {
            throw new FormatException(
                $"the tests have {inputs.GetArrayLength()} inputs and {outputs.GetArrayLength()} outputs; they need as many, and one at least."
            );
        }

        string? function = FunctionOf(root);
        return new(
            function,
            [.. inputs.EnumerateArray().Select(i => Input(i, function))],
            [.. inputs.EnumerateArray().Zip(outputs.EnumerateArray()).Select(c => Output(c.First, c.Second, function))]
        );
    }

    private static TestCases FromCases(JsonElement list)
    {
        List<string> inputs = [],
            outputs = [];
        string? function = null;
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (
                item.ValueKind != JsonValueKind.Object
                || !item.TryGetProperty("input", out JsonElement input)
                || !item.TryGetProperty("output", out JsonElement output)
            )
            {
                throw new FormatException("the tests are a JSON list whose entries are not all objects with input and output.");
            }

            string? named = FunctionOf(item);
            if (inputs.Count > 0 && named != function)
            {
                throw new FormatException("the tests' entries name different functions.");
            }

            function = named;
            inputs.Add(Input(input, function));
            outputs.Add(Output(input, output, function));
        }

        return inputs.Count == 0 ? throw new FormatException("the tests are an empty list.") : new(function, inputs, outputs);
    }

    private static string? FunctionOf(JsonElement element) =>
        !element.TryGetProperty("fn_name", out JsonElement name)
        || name.ValueKind == JsonValueKind.Null
        || (name.ValueKind == JsonValueKind.String && name.GetString() == "")
            ? null
        : name.ValueKind == JsonValueKind.String && name.GetString()!.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? name.GetString()
        : throw new FormatException($"fn_name is no name of a function: {JsonText.Quote(name.GetRawText())}");

    // Arguments are a JSON list, or a text with a JSON value a line.
    private static string Input(JsonElement input, string? function) =>
        function is null ? Lines(input, "input")
        : input.ValueKind == JsonValueKind.Array ? input.GetRawText()
        : "["
            + string.Join(
                ',',
                Lines(input, "input").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Checked)
            )
            + "]";

    private static string Output(JsonElement input, JsonElement output, string? function) =>
        function is null ? Lines(output, "output")
        : input.ValueKind == JsonValueKind.String && output.ValueKind == JsonValueKind.String ? Checked(output.GetString()!)
        : output.GetRawText();

    private static string Checked(string json)
    {
        using JsonDocument value = JsonText.Parse(Encoding.UTF8.GetBytes(json));
        return value.RootElement.GetRawText();
    }

    private static string Lines(JsonElement text, string what) =>
        text.ValueKind switch
        {
            JsonValueKind.String => text.GetString()!,
            JsonValueKind.Array when text.EnumerateArray().All(l => l.ValueKind == JsonValueKind.String) => string.Join(
                '\n',
                text.EnumerateArray().Select(l => l.GetString())
            ),
            _ => throw new FormatException($"an {what} is neither a text nor a list of lines: {JsonText.Quote(text.GetRawText())}"),
        };

    // Blanks at the ends of lines and empty lines at the end do not count.
    private static bool SameLines(string expected, string output)
    {
        string[] a = expected.TrimEnd().Split('\n'),
            b = output.TrimEnd().Split('\n');
        return a.Length == b.Length && a.Zip(b).All(l => SameWords(l.First, l.Second));
    }

    private static bool SameWords(string expected, string output)
    {
        string[] a = expected.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries),
            b = output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return a.Length == b.Length && a.Zip(b).All(w => w.First == w.Second || SameNumber(w.First, w.Second));
    }

    // Whole numbers are compared digit by digit.
    private static bool SameNumber(string expected, string output) =>
        expected.AsSpan().IndexOfAny('.', 'e', 'E') >= 0
        && double.TryParse(expected, NumberStyles.Float, CultureInfo.InvariantCulture, out double a)
        && double.TryParse(output, NumberStyles.Float, CultureInfo.InvariantCulture, out double b)
        && double.IsFinite(a)
        && Math.Abs(a - b) <= Tolerance * Math.Max(1, Math.Abs(a));

    // The result is the last line: before it stands what the program itself prints.
    private static bool SameValue(string expected, string output)
    {
        string last = output.TrimEnd();
        last = last[(last.LastIndexOf('\n') + 1)..];
        try
        {
            using JsonDocument a = JsonText.Parse(Encoding.UTF8.GetBytes(expected)),
                b = JsonText.Parse(Encoding.UTF8.GetBytes(last));
            return SameElement(a.RootElement, b.RootElement);
        }
        catch (JsonTextException)
        {
            return false;
        }
    }

    // As deep as the reader of JSON allows at the most.
    private static bool SameElement(JsonElement a, JsonElement b) =>
        a.ValueKind == b.ValueKind
        && a.ValueKind switch
        {
            JsonValueKind.Number => a.GetRawText() == b.GetRawText()
                || SameNumber(a.GetRawText(), b.GetRawText())
                || SameNumber(b.GetRawText(), a.GetRawText()),
            JsonValueKind.String => a.GetString() == b.GetString(),
            JsonValueKind.Array => a.GetArrayLength() == b.GetArrayLength()
                && a.EnumerateArray().Zip(b.EnumerateArray()).All(p => SameElement(p.First, p.Second)),
            JsonValueKind.Object => a.EnumerateObject().Count() == b.EnumerateObject().Count()
                && a.EnumerateObject().All(p => b.TryGetProperty(p.Name, out JsonElement other) && SameElement(p.Value, other)),
            _ => true,
        };
}
