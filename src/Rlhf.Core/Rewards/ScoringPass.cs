namespace Rlhf.Rewards;

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
    private readonly int _maxParallelism;
    private readonly int _missesToGiveUp;
    private readonly ScoreFailureReport _report;
    private readonly List<ScoreCall> _running = [];
    private int _done;

    public ScoringPass(
        IReadOnlyList<IRewardSource> sources, IReadOnlyList<Completion> completions, RewardScorerOptions options, ScoreFailureReport report)
    {
        _completions = completions;
        _sources = [.. sources.Select(s => new SourceTally(s, options.Deadlines.GetValueOrDefault(s.Name, options.Deadline), completions.Count))];
        _sourcesToGo = new int[completions.Count];
        Array.Fill(_sourcesToGo, sources.Count);
        _maxParallelism = options.MaxParallelism ?? Environment.ProcessorCount;
        _missesToGiveUp = options.MissesToGiveUp;
        _report = report;
    }

    public RewardScores Run(IProgress<int>? progress, CancellationToken cancellationToken)
    {
        try
        {
            int next = 0, total = _sources.Length * _completions.Count;
            while (next < total || _running.Count > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                while (next < total && _running.Count < _maxParallelism)
                {
                    Start(_sources[next % _sources.Length], next / _sources.Length, progress, cancellationToken);
                    next++;
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

    private void Start(SourceTally source, int row, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        if (source.MissesInARow < _missesToGiveUp)
        {
            _running.Add(new ScoreCall(source, row, _completions[row], cancellationToken));
        }
        else
        {
            Invalid(source, row, ScoreFailure.Deadline, "given up for this batch", null);
            Finish(row, progress);
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
                Invalid(call.Source, call.Row, ScoreFailure.Deadline, $"longer than {call.Source.Deadline.TotalSeconds} s", null);
            }
            else
            {
                continue;
            }

            call.Abandon();
            _running.RemoveAt(i);
            Finish(call.Row, progress);
        }
    }

    private void Take(ScoreCall call)
    {
        if (!call.Task.IsCompletedSuccessfully)
        {
            Exception error = call.Task.Exception?.InnerException ?? new OperationCanceledException("The source cancelled itself.");
            Invalid(call.Source, call.Row, ScoreFailure.Failed, error.Message, error);
        }
        else
        {
            GivenScore given = call.Task.Result;
            int expected = call.Source.Expected(_completions[call.Row]);
            if (given.Values.Length != expected)
            {
                Invalid(call.Source, call.Row, ScoreFailure.Malformed, $"{given.Count} values instead of {expected}", null);
            }
            else if (given.Values.Any(v => v is { } value && !double.IsFinite(value)))
            {
                Invalid(call.Source, call.Row, ScoreFailure.Malformed, "values that are not finite", null);
            }
            else
            {
                call.Source.Set(call.Row, given.Values, given.Answered);
            }
        }
    }

    private void Invalid(SourceTally source, int row, ScoreFailure cause, string what, Exception? error)
    {
        source.SetInvalid(row, cause, source.Expected(_completions[row]));
        _report(source.Source, _completions[row], cause, what, error);
    }

    private void Finish(int row, IProgress<int>? progress)
    {
        if (--_sourcesToGo[row] == 0)
        {
            progress?.Report(++_done);
        }
    }
}
