using Microsoft.Extensions.Logging;

namespace Rlhf.Records;

/// <summary>Several recorders as one. A recorder that fails is reported once and left out from then on; the run goes on.</summary>
/// <remarks>
/// A recorder whose loss must stop the run (the metrics file, on which a resume depends) is passed as <c>essential</c>: it is called first
/// and its exceptions reach the caller.
/// </remarks>
public sealed class CompositeRecorder : IRunRecorder
{
    private readonly ILogger logger;
    private readonly IRunRecorder[] essential;
    private readonly List<IRunRecorder> optional;

    /// <summary>Combines recorders; each is called in the order given, the essential ones first.</summary>
    public CompositeRecorder(ILogger logger, IEnumerable<IRunRecorder> essential, IEnumerable<IRunRecorder> optional)
    {
        ArgumentNullException.ThrowIfNull(logger);
        this.logger = logger;
        this.essential = [.. essential];
        this.optional = [.. optional];
    }

    /// <inheritdoc/>
    /// <remarks>Where the file of an optional recorder is damaged, it is moved aside with a warning, and its sound lines go on.</remarks>
    /// <exception cref="InvalidDataException">A file of an essential recorder that the resumed run was to go on with is damaged.</exception>
    public void Start(RunInfo run)
    {
        foreach (IRunRecorder recorder in essential)
        {
            recorder.Start(run);
        }

        EachOptional(run, StartOptional);
    }

    /// <inheritdoc/>
    public void Record(IterationRecord iteration) => Each(iteration, static (recorder, iteration) => recorder.Record(iteration));

    /// <inheritdoc/>
    public void Progress(in ProgressUpdate update) => Each(update, static (recorder, update) => recorder.Progress(update));

    /// <inheritdoc/>
    public void Completions(CompletionTable table) => Each(table, static (recorder, table) => recorder.Completions(table));

    /// <inheritdoc/>
    public void Flush() => Each(0, static (recorder, _) => recorder.Flush());

    /// <inheritdoc/>
    public void Finish(RunSummary summary) => Each(summary, static (recorder, summary) => recorder.Finish(summary));

    /// <inheritdoc/>
    public void Dispose() => Each(0, static (recorder, _) => recorder.Dispose());

    private void Each<T>(T argument, Action<IRunRecorder, T> call)
    {
        foreach (IRunRecorder recorder in essential)
        {
            call(recorder, argument);
        }

        EachOptional(argument, call);
    }

    private void StartOptional(IRunRecorder recorder, RunInfo run)
    {
        try
        {
            recorder.Start(run);
        }
        catch (InvalidDataException e) when (recorder is IRecoversDamagedFile damaged)
        {
            string aside = damaged.StartDamaged(run);
            logger.LogWarning(
                "{Damage} The file was moved to {Aside} as it was; the run goes on with its sound lines",
                e.Message.Replace(IRecoversDamagedFile.Remedy, "", StringComparison.Ordinal),
                aside
            );
        }
    }

    private void EachOptional<T>(T argument, Action<IRunRecorder, T> call)
    {
        for (int i = 0; i < optional.Count; )
        {
            try
            {
                call(optional[i], argument);
                i++;
            }
            catch (Exception e)
            {
                IRunRecorder failed = optional[i];
                optional.RemoveAt(i);
                logger.LogWarning(e, "Recorder {Recorder} failed and is switched off; the run goes on without it", failed.GetType().Name);
                Release(failed);
            }
        }
    }

    // A recorder that failed may fail again while it closes; it has been reported.
    private void Release(IRunRecorder failed)
    {
        try
        {
            failed.Dispose();
        }
        catch (Exception e)
        {
            logger.LogDebug(e, "Recorder {Recorder} could not be closed", failed.GetType().Name);
        }
    }
}
