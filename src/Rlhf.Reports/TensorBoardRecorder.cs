using Rlhf.Records;

namespace Rlhf.Reports;

/// <summary>
/// Writes TensorBoard scalars under <c>tensorboard/</c> in the run folder: a TensorBoard run for each phase, a tag for each metric, the
/// step within the phase.
/// </summary>
/// <remarks>A resumed run writes its events anew from what <c>metrics.jsonl</c> still holds, so that no step appears twice.</remarks>
public sealed class TensorBoardRecorder : IRunRecorder
{
    /// <summary>The folder's name in the run folder.</summary>
    public const string FolderName = "tensorboard";

    private readonly string _runFolder;
    private readonly string _folder;
    private readonly Dictionary<string, EventFile> _files = new(StringComparer.Ordinal);

    /// <summary>Writes into a run folder.</summary>
    /// <param name="runFolder">The run folder.</param>
    public TensorBoardRecorder(string runFolder)
    {
        ArgumentNullException.ThrowIfNull(runFolder);
        (_runFolder, _folder) = (runFolder, Path.Combine(runFolder, FolderName));
    }

    /// <inheritdoc/>
    public void Start(RunInfo run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }

        foreach (IterationRecord kept in MetricsFileRecorder.Read(_runFolder).Where(r => !run.IsAfterResume(r.Phase, r.Step)))
        {
            Record(kept);
        }
    }

    /// <inheritdoc/>
    public void Record(IterationRecord iteration)
    {
        ArgumentNullException.ThrowIfNull(iteration);
        if (!_files.TryGetValue(iteration.Phase, out EventFile? file))
        {
            string folder = Path.Combine(_folder, iteration.Phase);
            Directory.CreateDirectory(folder);
            _files[iteration.Phase] = file = new(EventFile.NewPath(folder, DateTimeOffset.UtcNow));
        }

        file.Append(iteration.Step, iteration.Metrics.Where(m => double.IsFinite(m.Value)), DateTimeOffset.UtcNow);
    }
}
