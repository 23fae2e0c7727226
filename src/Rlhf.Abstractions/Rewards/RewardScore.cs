namespace Rlhf;

/// <summary>What a source says of one completion.</summary>
public sealed class RewardScore(IReadOnlyList<double?> values, bool? answered = null)
{
    /// <summary>One value for an outcome source, K for a step source; null = could not be scored, which is not 0.</summary>
    public IReadOnlyList<double?> Values { get; } = values;

    /// <summary>
    /// For a verifier: whether it found an answer to check. A response without one is a valid 0, and shown in the
    /// channel <c>name.answered</c>. Read only where <see cref="IRewardSource.SaysAnswered"/>.
    /// </summary>
    public bool? Answered { get; } = answered;

    /// <summary>An outcome score.</summary>
    public static RewardScore Outcome(double? value, bool? answered = null) => new([value], answered);
}
