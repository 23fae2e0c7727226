namespace Rlhf.Rewards.ModelRewards;

/// <summary>
/// Scores that a model gave, as a channel holds them: what was not scored, or is not finite (a model's overflow), is 0 and not valid.
/// </summary>
internal sealed class ModelScores(int entries)
{
    public double[] Values { get; } = new double[entries];

    public bool[] Valid { get; } = new bool[entries];

    public void Set(int entry, float score) => (Values[entry], Valid[entry]) = float.IsFinite(score) ? (score, true) : (0, false);
}
