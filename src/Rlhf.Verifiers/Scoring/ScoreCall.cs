namespace Rlhf.Scoring;

/// <summary>One source at work on one completion, or on several where it takes them together.</summary>
internal sealed class ScoreCall
{
    private readonly CancellationTokenSource _stop;
    private long _startedAt;

    public ScoreCall(SourceTally source, int firstRow, IReadOnlyList<Completion> completions, CancellationToken cancellationToken)
    {
        Source = source;
        FirstRow = firstRow;
        Completions = completions;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task = System.Threading.Tasks.Task.Run(() => RunAsync(_stop.Token), CancellationToken.None);
    }

    public SourceTally Source { get; }

    /// <summary>The place of the first completion in the batch; the others follow it.</summary>
    public int FirstRow { get; }

    public IReadOnlyList<Completion> Completions { get; }

    public Task<GivenScores> Task { get; }

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
        _ = System
            .Threading.Tasks.Task.WhenAll(Task, stopped)
            .ContinueWith(
                (all, _) =>
                {
                    _ = all.Exception;
                    _stop.Dispose();
                },
                null,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default
            );
    }

    private async Task<GivenScores> RunAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _startedAt, TimeProvider.System.GetTimestamp());
        IReadOnlyList<RewardScore?>? scores = Source.Source is IBatchRewardSource batch
            ? await batch.ScoreBatchAsync(Completions, cancellationToken).ConfigureAwait(false)
            : [await Source.Source.ScoreAsync(Completions[0], cancellationToken).ConfigureAwait(false)];

        // Copied here, under the deadline: the lists may be the source's own types.
        int count = scores?.Count ?? 0;
        return new(count, count == Completions.Count ? [.. scores!.Take(count).Select((s, i) => Copy(s, Completions[i]))] : []);
    }

    private GivenScore Copy(RewardScore? score, Completion completion)
    {
        int count = score?.Values?.Count ?? 0,
            expected = Source.Expected(completion);
        return new(
            count,
            count == expected ? [.. score?.Values?.Take(expected) ?? []] : [],
            score?.Answered,
            Source.WhyUnreadable(completion.Problem)
        );
    }
}

/// <summary>What a call gave: how many scores the source says there are, and the scores where that is the right number.</summary>
internal readonly record struct GivenScores(int Count, GivenScore[] Scores);

/// <summary>
/// One of them: how many values the source says there are, the values where that is the right number, and what is wrong with the reference
/// that they were to be judged by.
/// </summary>
internal readonly record struct GivenScore(int Count, double?[] Values, bool? Answered, string? Unreadable);
