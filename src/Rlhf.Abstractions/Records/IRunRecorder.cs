using System.Diagnostics.CodeAnalysis;

namespace Rlhf.Records;

/// <summary>
/// Something that keeps or shows what a run does: a metrics file, TensorBoard, a console display. A new recorder is one class that
/// overrides the calls it cares for.
/// </summary>
/// <remarks>
/// All calls come from the one thread that trains, between torch operations, in the order <see cref="Start"/>, then any number of the
/// others, then <see cref="Finish"/> and <see cref="IDisposable.Dispose"/>. A recorder does its work before it returns: work on another
/// thread would allocate while torch runs. <see cref="IDisposable.Dispose"/> comes without <see cref="Finish"/> where the run failed. A run
/// that resumes calls <see cref="Start"/> with <see cref="RunInfo.ResumedFrom"/> set, and may then record steps again that an interrupted
/// process had recorded: they replace the old ones.
/// </remarks>
public interface IRunRecorder : IDisposable
{
    /// <summary>The run begins or resumes.</summary>
    void Start(RunInfo run) { }

    /// <summary>One iteration is complete; its metrics are final host values.</summary>
    void Record(IterationRecord iteration) { }

    /// <summary>
    /// Some part of the running iteration advanced. Called often (a decoded token of every slot, a micro-batch), so it must neither
    /// allocate nor wait.
    /// </summary>
    void Progress(in ProgressUpdate update) { }

    /// <summary>Completions of one iteration with their rewards at each stage.</summary>
    void Completions(CompletionTable table) { }

    /// <summary>
    /// A checkpoint is about to be written: what was recorded so far must be on the disk, since a resumed run goes on from both.
    /// </summary>
    void Flush() { }

    /// <summary>The run ends in an orderly way: done, stopped early or interrupted.</summary>
    void Finish(RunSummary summary) { }

    /// <summary>Releases files and the terminal. Safe to call twice.</summary>
    [SuppressMessage("Usage", "CA1816", Justification = "A default of nothing has no finalizer to suppress.")]
    void IDisposable.Dispose() { }
}
