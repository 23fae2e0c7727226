namespace Rlhf.Scoring;

/// <summary>
/// Calls of one source, of this batch and earlier ones, that missed their deadline and still run. A call that blocks keeps a thread.
/// </summary>
internal sealed class HangingCalls
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Counts a call until it ends.</summary>
    public void Add(Task call)
    {
        Interlocked.Increment(ref _count);
        _ = call.ContinueWith(
            _ => Interlocked.Decrement(ref _count),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
    }
}
