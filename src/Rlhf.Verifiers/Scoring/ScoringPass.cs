namespace Rlhf.Scoring;

internal delegate void ScoreFailureReport(IRewardSource source, Completion completion, ScoreFailure cause, string what, Exception? error);

/// <summary>
/// Scores one batch. The calling thread hands out the work, watches the deadlines and alone writes results, so that an abandoned call
/// which ends later finds nothing to spoil, and deadlines hold even when hanging sources have taken every pool thread.
/// </summary>
internal sealed class ScoringPass
{
    private readonly IReadOnlyList<Completion> _completions;
    private readonly SourceTally[] _sources;
    private readonly int[] _sourcesToGo;
    private readonly int _missesToGiveUp;
    private readonly ScoreFailureReport _report;
    private readonly List<ScoringLane> _lanes;
    private readonly List<ScoreCall> _running = [];
    private int _done;

    public ScoringPass(
        IReadOnlyList<IRewardSource> sources,
        IReadOnlyList<HangingCalls> hanging,
        IReadOnlyList<Completion> completions,
        RewardScorerOptions options,
        ScoreFailureReport report
    )
    {
        _completions = completions;
        _sources = [.. sources.Zip(hanging, (s, h) => new SourceTally(s, options.DeadlineOf(s), h, completions.Count))];
        _sourcesToGo = new int[completions.Count];
        Array.Fill(_sourcesToGo, sources.Count);
        SourceTally[] computing = [.. _sources.Where(s => s.Source.MaxParallelism is null)];
        _lanes =
        [
            new(computing, options.MaxParallelism ?? Environment.ProcessorCount, completions.Count),
            .. _sources.Except(computing).Select(s => new ScoringLane([s], s.Source.MaxParallelism!.Value, completions.Count)),
        ];
        _missesToGiveUp = options.MissesToGiveUp;
        _report = report;
    }

    public RewardScores Run(IProgress<int>? progress, CancellationToken cancellationToken)
    {
        try
        {
            while (_running.Count > 0 || _lanes.Exists(l => l.HasNext))
            {
                cancellationToken.ThrowIfCancellationRequested();
                foreach (ScoringLane lane in _lanes)
                {
                    while (lane.HasNext && _running.Count(c => lane.Holds(c.Source)) < lane.MaxParallelism)
                    {
                        Start(lane.Next(), progress, cancellationToken);
                    }
                }

                if (_running.Count > 0)
                {
                    TimeSpan wait = _running.Min(c => c.TimeLeft);
                    Task.WaitAny([.. _running.Select(c => c.Task)], (int)Math.Ceiling(wait.TotalMilliseconds), cancellationToken);
                    cancellationToken.ThrowIfCancellationRequested();
                    Collect(progress);
                }
            }
        }
        finally
        {
            _running.ForEach(call => call.Abandon());
        }

        return new(_completions.Count, [.. _sources.Select(s => s.Result())]);
    }

    private void Start(PlannedCall call, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        if (call.Source.MissesInARow < _missesToGiveUp && call.Source.Hanging.Count < _missesToGiveUp)
        {
            _running.Add(
                new ScoreCall(call.Source, call.FirstRow, [.. _completions.Skip(call.FirstRow).Take(call.Rows)], cancellationToken)
            );
        }
        else
        {
            Invalid(call.Source, call.FirstRow, call.Rows, ScoreFailure.Deadline, "given up for this batch", null);
            Finish(call.FirstRow, call.Rows, progress);
        }
    }

    private void Collect(IProgress<int>? progress)
    {
        for (int i = _running.Count - 1; i >= 0; i--)
        {
            ScoreCall call = _running[i];
            if (call.Task.IsCompleted)
            {
                call.Source.MissesInARow = 0;
                Take(call);
            }
            else if (call.TimeLeft == TimeSpan.Zero)
            {
                call.Source.MissesInARow++;
                call.Source.Hanging.Add(call.Task);
                Invalid(call, ScoreFailure.Deadline, $"longer than {call.Source.Deadline.TotalSeconds} s", null);
            }
            else
            {
                continue;
            }

            call.Abandon();
            _running.RemoveAt(i);
            Finish(call.FirstRow, call.Completions.Count, progress);
        }
    }

    private void Take(ScoreCall call)
    {
        if (!call.Task.IsCompletedSuccessfully)
        {
            Exception error = call.Task.Exception?.InnerException ?? new OperationCanceledException("The source cancelled itself.");
            Invalid(call, ScoreFailure.Failed, error.Message, error);
        }
        else if (call.Task.Result is { } given && given.Count != call.Completions.Count)
        {
            Invalid(call, ScoreFailure.Malformed, $"{given.Count} scores instead of {call.Completions.Count}", null);
        }
        else
        {
            for (int i = 0; i < call.Completions.Count; i++)
            {
                Take(call.Source, call.FirstRow + i, call.Task.Result.Scores[i]);
            }
        }
    }

    private void Take(SourceTally source, int row, GivenScore given)
    {
        int expected = source.Expected(_completions[row]);
        if (given.Values.Length != expected)
        {
            Invalid(source, row, 1, ScoreFailure.Malformed, $"{given.Count} values instead of {expected}", null);
        }
        else if (given.Values.Any(v => v is { } value && !double.IsFinite(value)))
        {
            Invalid(source, row, 1, ScoreFailure.Malformed, "values that are not finite", null);
        }
        else if (given.Values.Any(v => v is { } value && !float.IsFinite((float)value)))
        {
            Invalid(source, row, 1, ScoreFailure.Malformed, "values beyond ±3.4e38, which are infinite in float32", null);
        }
        else if (given.Unreadable is { } why)
        {
            // A verifier may give 0 here, which would be a verdict.
            Invalid(source, row, 1, ScoreFailure.Unreadable, $"its reference cannot be judged by, {why}", null);
            source.Answer(row, given.Answered);
        }
        else
        {
            source.Set(row, given.Values, given.Answered, _completions[row].Problem.Id);
        }
    }

    private void Invalid(ScoreCall call, ScoreFailure cause, string what, Exception? error) =>
        Invalid(call.Source, call.FirstRow, call.Completions.Count, cause, what, error);

    private void Invalid(SourceTally source, int firstRow, int rows, ScoreFailure cause, string what, Exception? error)
    {
        foreach (int row in Enumerable.Range(firstRow, rows))
        {
            source.SetInvalid(row, cause, source.Expected(_completions[row]));
        }

        source.FirstFailure ??= new(_completions[firstRow].Problem.Id, what, error);
        _report(source.Source, _completions[firstRow], cause, what, error);
    }

    private void Finish(int firstRow, int rows, IProgress<int>? progress)
    {
        foreach (int row in Enumerable.Range(firstRow, rows))
        {
            if (--_sourcesToGo[row] == 0)
            {
                progress?.Report(++_done);
            }
        }
    }
}
