using Rlhf.Scoring;

namespace Rlhf.ModelRewards;

/// <summary>
/// Scores that a model gave, as a channel holds them: what was not scored, or is not finite (a model's overflow), is 0 and not valid.
/// </summary>
/// <param name="entries">B rows of the same number of entries.</param>
/// <param name="rows">B.</param>
internal sealed class ModelScores(int entries, int rows)
{
    private readonly (ScoreFailure Cause, string What)?[] _why = new (ScoreFailure, string)?[rows];

    public double[] Values { get; } = new double[entries];

    public bool[] Valid { get; } = new bool[entries];

    /// <summary>The first reason why an entry of a row is invalid; null where all are valid.</summary>
    public (ScoreFailure Cause, string What)? Why(int row) => _why[row];

    /// <summary>Takes a score.</summary>
    public void Set(int entry, float score)
    {
        (Values[entry], Valid[entry]) = float.IsFinite(score) ? (score, true) : (0, false);
        if (!Valid[entry])
        {
            _why[entry / (entries / rows)] ??= (
                ScoreFailure.Malformed,
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"its score is {score}, which is not finite")
            );
        }
    }

    /// <summary>Notes that a row's sequence was not scored, being longer than the model takes.</summary>
    public void TooLong(int row, int tokens, int most) =>
        _why[row] ??= (
            ScoreFailure.Unreadable,
            string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"its sequence has {tokens} tokens, and at most {most} are taken"
            )
        );
}
