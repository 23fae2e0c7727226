using System.Text.Json;

namespace Rlhf.Trainers.Records;

/// <summary>
/// Writes <c>completions.jsonl</c>: a line an iteration with some completions and their rewards, as <see cref="CompletionTable"/> holds
/// them, in camelCase.
/// </summary>
public sealed class CompletionsRecorder : IRunRecorder
{
    /// <summary>The file's name in the run folder.</summary>
    public const string FileName = "completions.jsonl";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly RunLines _lines;

    /// <summary>Writes into a run folder.</summary>
    public CompletionsRecorder(string runFolder)
    {
        ArgumentNullException.ThrowIfNull(runFolder);
        _lines = new(Path.Combine(runFolder, FileName));
    }

    /// <summary>
    /// What a run folder's <c>completions.jsonl</c> holds; nothing where there is no such file. A half-written last line is left out.
    /// </summary>
    /// <param name="runFolder">The run folder.</param>
    public static IReadOnlyList<CompletionTable> Read(string runFolder)
    {
        ArgumentNullException.ThrowIfNull(runFolder);
        return
        [
            .. RunLines
                .Read(Path.Combine(runFolder, FileName))
                .Select(line => JsonSerializer.Deserialize<CompletionTable>(line.Text, Json)!),
        ];
    }

    /// <inheritdoc/>
    public void Start(RunInfo run)
    {
        ArgumentNullException.ThrowIfNull(run);
        _lines.Open(run);
    }

    /// <inheritdoc/>
    public void Completions(CompletionTable table) => _lines.Append(writer => JsonSerializer.Serialize(writer, table, Json));

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();
}
