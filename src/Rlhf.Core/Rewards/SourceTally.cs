namespace Rlhf.Rewards;

/// <summary>What one source said so far.</summary>
internal sealed class SourceTally(IRewardSource source, TimeSpan deadline, HangingCalls hanging, int rows)
{
    private readonly double?[][] _values = new double?[rows][];
    private readonly bool?[]? _answered = source.SaysAnswered ? new bool?[rows] : null;
    private readonly int[] _failures = new int[Enum.GetValues<ScoreFailure>().Length];
    private int _unscored;

    public IRewardSource Source => source;

    public TimeSpan Deadline => deadline;

    public int MissesInARow { get; set; }

    public HangingCalls Hanging => hanging;

    public int Expected(Completion completion) => source.Granularity == RewardGranularity.Outcome ? 1 : completion.Steps.Count;

    public void Set(int row, double?[] values, bool? answered)
    {
        _values[row] = values;
        _unscored += values.Contains(null) ? 1 : 0;
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
                _unscored
            )
        );
}
