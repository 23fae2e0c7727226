using System.Collections.Concurrent;

namespace Rlhf.Scoring;

/// <summary>What one source said so far.</summary>
internal sealed class SourceTally(IRewardSource source, TimeSpan deadline, HangingCalls hanging, int rows)
{
    private readonly double?[][] _values = new double?[rows][];
    private readonly bool?[]? _answered = source.SaysAnswered ? new bool?[rows] : null;
    private readonly int[] _failures = new int[Enum.GetValues<ScoreFailure>().Length];
    private readonly ConcurrentDictionary<Problem, string?> _unreadable = new(ReferenceEqualityComparer.Instance);
    private int _unscored;

    public IRewardSource Source => source;

    public TimeSpan Deadline => deadline;

    public int MissesInARow { get; set; }

    public HangingCalls Hanging => hanging;

    public int Expected(Completion completion) => source.Granularity == RewardGranularity.Outcome ? 1 : completion.Steps.Count;

    /// <summary>The first completion that it could not score.</summary>
    public SourceFailure? FirstFailure { get; set; }

    /// <summary>Why a verifier cannot judge by a problem's reference, asked once for all responses to it; null where it can.</summary>
    public string? WhyUnreadable(Problem problem) =>
        source is IVerifier verifier ? _unreadable.GetOrAdd(problem, verifier.WhyUnreadable) : null;

    public void Set(int row, double?[] values, bool? answered, string problemId)
    {
        _values[row] = values;
        if (values.Contains(null))
        {
            _unscored++;
            FirstFailure ??= new(problemId, "it gave no score (null)", null);
        }

        Answer(row, answered);
    }

    public void Answer(int row, bool? answered)
    {
        if (_answered is not null)
        {
            _answered[row] = answered;
        }
    }

    public void SetInvalid(int row, ScoreFailure cause, int values)
    {
        _values[row] = new double?[values];
        _failures[(int)cause]++;
    }

    public SourceScores Result() =>
        new(
            source.Name,
            source.Granularity,
            _values,
            _answered,
            new(
                _failures[(int)ScoreFailure.Failed],
                _failures[(int)ScoreFailure.Deadline],
                _failures[(int)ScoreFailure.Malformed],
                _unscored + _failures[(int)ScoreFailure.Unreadable]
            )
        )
        {
            FirstFailure = FirstFailure,
        };
}
