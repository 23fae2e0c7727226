using System.Text.Json;
using Rlhf.Json;

namespace Rlhf.Datasets;

/// <summary>The problems of a JSON-lines file: UTF-8, an object a line; lines of white space alone are passed over.</summary>
public sealed class JsonLinesProblems : IProblemSource
{
    private readonly List<Problem> _problems;

    private JsonLinesProblems(List<Problem> problems) => _problems = problems;

    /// <inheritdoc/>
    public int Count => _problems.Count;

    /// <inheritdoc/>
    public Problem this[int index] => _problems[index];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Schema, field names and limit.</param>
    /// <exception cref="ArgumentException">The options contradict each other or are out of range.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// A line is no JSON object, or a field is missing, empty or of another type (the message gives file, line and field); or the file
    /// holds no problem.
    /// </exception>
    public static JsonLinesProblems Load(string path, JsonLinesOptions options)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(options);
        var reader = new ProblemReader(options);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException(
                $"There is no problem file '{path}'. Give the path of a file with one JSON object a line.",
                path
            );
        }

        List<Problem> problems = [];
        ReadOnlyMemory<byte> rest = File.ReadAllBytes(path);
        for (int line = 1; !rest.IsEmpty && problems.Count < (options.Limit ?? int.MaxValue); line++)
        {
            int end = rest.Span.IndexOf((byte)'\n');
            ReadOnlyMemory<byte> text = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            text = line == 1 && text.Span.StartsWith("\uFEFF"u8) ? text[3..] : text;
            if (text.Span.ContainsAnyExcept(" \t\r"u8))
            {
                problems.Add(ReadLine(reader, text, path, line));
            }
        }

        return problems.Count > 0
            ? new JsonLinesProblems(problems)
            : throw new InvalidDataException($"{path}: the file holds no problem. It must have one JSON object a line.");
    }

    private static Problem ReadLine(ProblemReader reader, ReadOnlyMemory<byte> text, string path, int line)
    {
        try
        {
            using JsonDocument document = JsonText.Parse(text, new() { FirstLine = line });
            return reader.Read(document.RootElement, line);
        }
        catch (JsonTextException e)
        {
            throw new InvalidDataException($"{path}, {e.Message} Each line must be one JSON object.", e);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}, line {line}: {e.Message}", e);
        }
    }
}
