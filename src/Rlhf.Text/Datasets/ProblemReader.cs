using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Rlhf.Json;
using Rlhf.Text;

namespace Rlhf.Datasets;

/// <summary>Turns one JSON object into a problem by a schema.</summary>
internal sealed partial class ProblemReader
{
    private const string FinalAnswerMark = "####";

    private readonly ProblemSchema _schema;
    private readonly string _question;
    private readonly string _answer;
    private readonly string? _solution;
    private readonly string? _id;
    private readonly bool _idRequired;
    private readonly bool _answerRequired;

    public ProblemReader(JsonLinesOptions options)
    {
        if (options.Limit is < 1)
        {
            throw new ArgumentException(
                $"Limit is {options.Limit}; it must be at least 1, or absent to read every problem.",
                nameof(options)
            );
        }

        if (options is { Schema: ProblemSchema.Gsm8k, Solution: not null })
        {
            throw new ArgumentException(
                $"Solution is '{options.Solution}', but the schema Gsm8k takes the solution from the answer's field. Remove Solution, or choose the schema Fields.",
                nameof(options)
            );
        }

        (string question, string answer, string? solution, string? id) = options.Schema switch
        {
            ProblemSchema.Fields => ("question", "answer", null, (string?)null),
            ProblemSchema.Gsm8k => ("question", "answer", null, null),
            ProblemSchema.Math => ("problem", "answer", "solution", "unique_id"),
            ProblemSchema.Svamp => ("question", "answer", "equation", "id"),
            _ => throw new ArgumentException($"Schema {options.Schema} is unknown.", nameof(options)),
        };
        _schema = options.Schema;
        _question = options.Question ?? question;
        _answer = options.Answer ?? answer;
        _solution = options.Solution ?? solution;
        _id = options.Id ?? id;
        _idRequired = options.Id is not null;
        _answerRequired = options.Answer is not null || options.Schema != ProblemSchema.Math;
    }

    /// <exception cref="InvalidDataException">A field is missing, empty or of another type.</exception>
    public Problem Read(JsonElement row, int line)
    {
        if (row.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException($"expected a JSON object, found {Describe(row)}.");
        }

        string? solution = _solution is null ? null : Text(row, _solution);
        string answer = _answerRequired || Has(row, _answer) ? Text(row, _answer, numberAllowed: true).Trim() : Boxed(solution!);
        (answer, solution) = _schema switch
        {
            ProblemSchema.Gsm8k => SplitGsm8k(answer),
            ProblemSchema.Svamp => WorkOut(PlainNumber(answer), solution!),
            _ => (answer, solution),
        };
        return new Problem
        {
            Id = ReadId(row, line),
            Question = Text(row, _question),
            Answer = answer,
            Solution = solution,
        };
    }

    private string ReadId(JsonElement row, int line) =>
        _id is not null && (_idRequired || Has(row, _id))
            ? Text(row, _id, numberAllowed: true)
            : line.ToString(CultureInfo.InvariantCulture);

    // The rows as first published have no answer of their own.
    private string Boxed(string solution) =>
        BoxedText.Find(solution)
        ?? throw new InvalidDataException(
            $"field '{_answer}' is missing, and field '{_solution}' holds no closed \\boxed{{…}} to take the answer from."
        );

    private (string Answer, string Solution) SplitGsm8k(string text)
    {
        int mark = text.LastIndexOf(FinalAnswerMark, StringComparison.Ordinal);
        string line = mark < 0 ? "" : text[(mark + FinalAnswerMark.Length)..].Trim().Split('\n')[0].Trim();
        Match amount = Amount().Match(line);
        string answer = (amount.Success ? (amount.Groups["minus"].Success ? "-" : "") + amount.Groups["number"].Value : line).Replace(
            ",",
            "",
            StringComparison.Ordinal
        );
        if (answer.Length == 0)
        {
            throw new InvalidDataException($"field '{_answer}' has no final answer: it must end in a line such as '#### 18'.");
        }

        string steps = CalculatorAnnotation().Replace(text[..mark], "").Trim();
        return (answer, Finish(steps, answer));
    }

    private (string Answer, string? Solution) WorkOut(string answer, string equation)
    {
        WorkedEquation worked;
        try
        {
            worked = WorkedEquation.Parse(equation);
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"field '{_solution}' is '{JsonText.Quote(equation)}': {e.Message}", e);
        }

        // A few rows of the data contradict themselves; steps to another number than the answer must not be imitated.
        bool agrees = worked.IsExact && worked.Value == ParseNumber(answer);
        return (answer, agrees ? Finish(string.Join('\n', worked.Steps), answer) : null);
    }

    private static string Finish(string steps, string answer) =>
        steps.Length == 0 ? $"{FinalAnswerMark} {answer}" : $"{steps}\n{FinalAnswerMark} {answer}";

    private string PlainNumber(string answer) => WorkedEquation.Format(ParseNumber(answer));

    private decimal ParseNumber(string answer) =>
        decimal.TryParse(answer, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal value)
            ? value
            : throw new InvalidDataException($"field '{_answer}' is '{JsonText.Quote(answer)}', not a number.");

    private static string Text(JsonElement row, string field, bool numberAllowed = false)
    {
        if (!row.TryGetProperty(field, out JsonElement value))
        {
            string present = JsonText.Quote(string.Join(", ", row.EnumerateObject().Select(p => $"'{p.Name}'")));
            throw new InvalidDataException(
                $"field '{field}' is missing; the object has {(present.Length > 0 ? present : "no fields")}. Choose the schema or field names that fit."
            );
        }

        if (numberAllowed && value.ValueKind == JsonValueKind.Number)
        {
            return value.GetRawText();
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            throw new InvalidDataException(
                $"field '{field}' must be a text{(numberAllowed ? " or a number" : "")}, found {Describe(value)}."
            );
        }

        string text = value.GetString()!;
        return !string.IsNullOrWhiteSpace(text) ? text : throw new InvalidDataException($"field '{field}' is empty.");
    }

    private static bool Has(JsonElement row, string field) =>
        row.TryGetProperty(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    private static string Describe(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "an array",
            JsonValueKind.String => "a text",
            JsonValueKind.Null => "null",
            _ => JsonText.Quote(value.GetRawText()),
        };

    // A plain number, perhaps with a sign and a currency sign before it or a full stop after.
    [GeneratedRegex(
        @"^(\+|(?<minus>[-\u2212]))?\s*\$?\s*(\+|(?<minus>[-\u2212]))?(?<number>[0-9][0-9,]*(\.[0-9]+)?|\.[0-9]+)\.?$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Amount();

    [GeneratedRegex("<<[^<>]*>>")]
    private static partial Regex CalculatorAnnotation();
}
