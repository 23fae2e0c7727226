namespace Rlhf.Rewards;

/// <summary>One source at work on one completion.</summary>
internal sealed class ScoreCall
{
    private readonly CancellationTokenSource _stop;
    private long _startedAt;

    public ScoreCall(SourceTally source, int row, Completion completion, CancellationToken cancellationToken)
    {
        Source = source;
        Row = row;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task = System.Threading.Tasks.Task.Run(() => RunAsync(completion, _stop.Token), CancellationToken.None);
    }

    public SourceTally Source { get; }

    public int Row { get; }

    public Task<GivenScore> Task { get; }

    /// <summary>The deadline counts from the call's start, not from when it began to wait for a pool thread.</summary>
    public TimeSpan TimeLeft
    {
        get
        {
            long startedAt = Volatile.Read(ref _startedAt);
            TimeSpan left = startedAt == 0 ? Source.Deadline : Source.Deadline - TimeProvider.System.GetElapsedTime(startedAt);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Asks the call to stop, if it still runs, and forgets it; a late exception is observed and dropped.</summary>
    public void Abandon()
    {
        // Cancelling runs callbacks of the source, which must not run, or hang, on the caller's thread.
        Task stopped = Task.IsCompleted ? System.Threading.Tasks.Task.CompletedTask : _stop.CancelAsync();
        _ = System.Threading.Tasks.Task.WhenAll(Task, stopped).ContinueWith(
            (all, _) =>
            {
                _ = all.Exception;
                _stop.Dispose();
            },
            null, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task<GivenScore> RunAsync(Completion completion, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _startedAt, TimeProvider.System.GetTimestamp());
        RewardScore? score = await Source.Source.ScoreAsync(completion, cancellationToken).ConfigureAwait(false);
        if (score?.Values is not { } values)
        {
            return new(0, [], null);
        }

        // Copied here, under the deadline: the list may be the source's own type.
        int count = values.Count, expected = Source.Expected(completion);
        return new(count, count == expected ? [.. values.Take(expected)] : [], score.Answered);
    }
}

/// <summary>What a source gave: how many values it says there are, and the values where that is the right number.</summary>
internal readonly record struct GivenScore(int Count, double?[] Values, bool? Answered);
