using Parquet.Schema;
using Parquet.Serialization;
using Rlhf.Records;

namespace Rlhf.Reports;

/// <summary>
/// Writes, when a run ends, <c>completions.parquet</c>: a row a completion, with a column <c>stage/channel</c> for every reward as scored
/// and after each stage. Null is invalid, or not there.
/// </summary>
/// <remarks>It is made from <c>completions.jsonl</c>, so that a resumed run's holds the whole run.</remarks>
public sealed class ParquetCompletionsRecorder : IRunRecorder
{
    /// <summary>The file's name in the run folder.</summary>
    public const string FileName = "completions.parquet";

    private static readonly (DataField Field, Func<CompletionTable, CompletionRow, object?> Value)[] Fixed =
    [
        (new DataField<string>("phase"), (t, _) => t.Phase),
        (new DataField<int>("step"), (t, _) => t.Step),
        (new DataField<bool>("is_evaluation"), (t, _) => t.IsEvaluation),
        (new DataField<long>("visit_id"), (_, r) => r.VisitId),
        (new DataField<int>("sample_index"), (_, r) => r.SampleIndex),
        (new DataField<string>("prompt"), (_, r) => r.Prompt),
        (new DataField<string>("completion"), (_, r) => r.Completion),
        (new DataField<string>("reference", nullable: true), (_, r) => r.Reference),
        (new DataField<string>("finish_reason"), (_, r) => r.FinishReason),
        (new DataField<int>("response_tokens"), (_, r) => r.ResponseTokens),
        (new DataField<double?>("final_reward"), (_, r) => r.FinalReward),
        (new DataField<double?>("advantage"), (_, r) => r.Advantage),
    ];

    private readonly string _folder;

    /// <summary>Writes into a run folder.</summary>
    /// <param name="runFolder">The run folder; its completions file must be that of <see cref="CompletionsRecorder"/>.</param>
    public ParquetCompletionsRecorder(string runFolder)
    {
        ArgumentNullException.ThrowIfNull(runFolder);
        _folder = runFolder;
    }

    /// <inheritdoc/>
    public void Finish(RunSummary summary)
    {
        IReadOnlyList<CompletionTable> tables = CompletionsRecorder.Read(_folder);
        if (tables.Count == 0)
        {
            return;
        }

        RewardColumn[] rewards = [.. tables.SelectMany(t => t.Columns).Distinct()];
        ParquetSchema schema = new([.. Fixed.Select(f => (Field)f.Field), .. rewards.Select(c => new DataField<double?>(Name(c)))]);
        List<IDictionary<string, object?>> rows = [.. tables.SelectMany(t => t.Rows.Select(r => Row(t, r, rewards)))];
        string path = Path.Combine(_folder, FileName),
            temporary = path + ".tmp";
        using (FileStream file = File.Create(temporary))
        {
            ParquetSerializer.SerializeUntypedAsync(rows!, schema, file).GetAwaiter().GetResult();
        }

        File.Move(temporary, path, overwrite: true);
    }

    private static Dictionary<string, object?> Row(CompletionTable table, CompletionRow row, RewardColumn[] rewards)
    {
        Dictionary<string, object?> cells = Fixed.ToDictionary(f => f.Field.Name, f => f.Value(table, row), StringComparer.Ordinal);
        Dictionary<RewardColumn, double?> values = table.Columns.Zip(row.Rewards).ToDictionary(c => c.First, c => c.Second);
        foreach (RewardColumn column in rewards)
        {
            cells[Name(column)] = values.GetValueOrDefault(column);
        }

        return cells;
    }

    private static string Name(RewardColumn column) => $"{column.Stage}/{column.Channel}";
}
