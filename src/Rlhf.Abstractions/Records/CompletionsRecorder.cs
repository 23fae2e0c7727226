using System.Text.Json;
using Rlhf.Json;

namespace Rlhf.Records;

/// <summary>
/// Writes <c>completions.jsonl</c>: a line an iteration with some completions and their rewards, as <see cref="CompletionTable"/> holds
/// them, in camelCase.
/// </summary>
public sealed class CompletionsRecorder : IRunRecorder, IRecoversDamagedFile
{
    /// <summary>The file's name in the run folder.</summary>
    public const string FileName = "completions.jsonl";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
    };

    private readonly RunLines<CompletionTable> _lines;

    /// <summary>Writes into a run folder.</summary>
    public CompletionsRecorder(string runFolder)
    {
        ArgumentNullException.ThrowIfNull(runFolder);
        _lines = new(Path.Combine(runFolder, FileName), Parse, t => new(t.Phase, t.Step), holdsEveryIteration: false);
    }

    /// <summary>
    /// What a run folder's <c>completions.jsonl</c> holds; nothing where there is no such file. A half-written last line is left out.
    /// </summary>
    /// <param name="runFolder">The run folder.</param>
    /// <exception cref="InvalidDataException">Another line is broken; the message gives its number.</exception>
    public static IReadOnlyList<CompletionTable> Read(string runFolder)
    {
        using CompletionsRecorder recorder = new(runFolder);
        return [.. recorder._lines.Read()];
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The run resumes, and a line that its checkpoint covers is broken.</exception>
    public void Start(RunInfo run)
    {
        ArgumentNullException.ThrowIfNull(run);
        _lines.Open(run);
    }

    /// <inheritdoc/>
    string IRecoversDamagedFile.StartDamaged(RunInfo run) => _lines.OpenDamaged(run);

    /// <inheritdoc/>
    public void Completions(CompletionTable table) => _lines.Append(writer => JsonSerializer.Serialize(writer, table, Json));

    /// <inheritdoc/>
    public void Flush() => _lines.Flush();

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();

    private static CompletionTable Parse(ReadOnlyMemory<byte> line, JsonTextOptions options)
    {
        CompletionTable table = JsonText.Deserialize<CompletionTable>(line, Json, options);
        return table.Step < 0 ? throw Wrong("step", "it must be 0 or more")
            : table.Columns.Any(c => c is null) ? throw Wrong("columns", "a column is null")
            : table.Rows.Any(r => r is null) ? throw Wrong("rows", "a row is null")
            : table.Rows.FirstOrDefault(r => r.Rewards.Count != table.Columns.Count) is { } row
                ? throw Wrong("rows", $"a row has {row.Rewards.Count} rewards, and there are {table.Columns.Count} columns")
            : table;

        JsonTextException Wrong(string key, string what) => new($"line {options.FirstLine} at '{key}': {what}.", options.FirstLine);
    }
}
