namespace Rlhf;

/// <summary>Any function of a completion as a reward source. It is called from several threads at once.</summary>
public sealed class FunctionRewardSource : IRewardSource
{
    private readonly Func<Completion, CancellationToken, ValueTask<RewardScore>> _score;

    /// <summary>A source of a function that gives whole scores.</summary>
    /// <param name="name">The channel's name.</param>
    /// <param name="granularity">Outcome or step.</param>
    /// <param name="score">Gives one value (outcome) or one a step; null values for what it cannot score.</param>
    /// <param name="saysAnswered">Whether the scores say if an answer was found.</param>
    public FunctionRewardSource(
        string name,
        RewardGranularity granularity,
        Func<Completion, CancellationToken, ValueTask<RewardScore>> score,
        bool saysAnswered = false
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(score);
        (Name, Granularity, SaysAnswered, _score) = (name, granularity, saysAnswered, score);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public RewardGranularity Granularity { get; }

    /// <inheritdoc/>
    public bool SaysAnswered { get; }

    /// <summary>A score of the whole response.</summary>
    public static FunctionRewardSource Outcome(string name, Func<Completion, double?> score)
    {
        ArgumentNullException.ThrowIfNull(score);
        return new(name, RewardGranularity.Outcome, (c, _) => ValueTask.FromResult(RewardScore.Outcome(score(c))));
    }

    /// <summary>A score of the whole response that takes time, such as a server's.</summary>
    public static FunctionRewardSource Outcome(string name, Func<Completion, CancellationToken, Task<double?>> score)
    {
        ArgumentNullException.ThrowIfNull(score);
        return new(name, RewardGranularity.Outcome, async (c, stop) => RewardScore.Outcome(await score(c, stop).ConfigureAwait(false)));
    }

    /// <summary>One score a step.</summary>
    public static FunctionRewardSource Steps(string name, Func<Completion, IReadOnlyList<double?>> score)
    {
        ArgumentNullException.ThrowIfNull(score);
        return new(name, RewardGranularity.Step, (c, _) => ValueTask.FromResult(new RewardScore(score(c))));
    }

    /// <summary>One score a step, from a function that takes time.</summary>
    public static FunctionRewardSource Steps(string name, Func<Completion, CancellationToken, Task<IReadOnlyList<double?>>> score)
    {
        ArgumentNullException.ThrowIfNull(score);
        return new(name, RewardGranularity.Step, async (c, stop) => new RewardScore(await score(c, stop).ConfigureAwait(false)));
    }

    /// <inheritdoc/>
    public ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken) =>
        _score(completion, cancellationToken);
}
