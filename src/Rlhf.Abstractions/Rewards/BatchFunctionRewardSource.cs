namespace Rlhf;

/// <summary>
/// Any function of many completions as a reward source. It is called from several threads at once where a batch is larger than
/// <see cref="MaxBatchSize"/>.
/// </summary>
public sealed class BatchFunctionRewardSource : IBatchRewardSource
{
    private readonly Func<IReadOnlyList<Completion>, CancellationToken, ValueTask<IReadOnlyList<RewardScore>>> _score;

    /// <summary>A source of a function that gives whole scores.</summary>
    /// <param name="name">The channel's name.</param>
    /// <param name="granularity">Outcome or step.</param>
    /// <param name="score">Gives one score a completion, of one value (outcome) or one a step; null values for what it cannot
    /// score.</param>
    /// <param name="saysAnswered">Whether the scores say if an answer was found.</param>
    public BatchFunctionRewardSource(
        string name,
        RewardGranularity granularity,
        Func<IReadOnlyList<Completion>, CancellationToken, ValueTask<IReadOnlyList<RewardScore>>> score,
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

    /// <inheritdoc/>
    public int MaxBatchSize { get; init; } = int.MaxValue;

    /// <summary>A score of each response.</summary>
    public static BatchFunctionRewardSource Outcome(string name, Func<IReadOnlyList<Completion>, IReadOnlyList<double?>> score)
    {
        ArgumentNullException.ThrowIfNull(score);
        return new(name, RewardGranularity.Outcome, (all, _) => ValueTask.FromResult(Scores(score(all))));
    }

    /// <summary>A score of each response, from a function that takes time, such as a server's.</summary>
    public static BatchFunctionRewardSource Outcome(
        string name,
        Func<IReadOnlyList<Completion>, CancellationToken, Task<IReadOnlyList<double?>>> score
    )
    {
        ArgumentNullException.ThrowIfNull(score);
        return new(name, RewardGranularity.Outcome, async (all, stop) => Scores(await score(all, stop).ConfigureAwait(false)));
    }

    /// <summary>One score a step of each response.</summary>
    public static BatchFunctionRewardSource Steps(string name, Func<IReadOnlyList<Completion>, IReadOnlyList<IReadOnlyList<double?>>> score)
    {
        ArgumentNullException.ThrowIfNull(score);
        return new(name, RewardGranularity.Step, (all, _) => ValueTask.FromResult(Scores(score(all))));
    }

    /// <summary>One score a step of each response, from a function that takes time.</summary>
    public static BatchFunctionRewardSource Steps(
        string name,
        Func<IReadOnlyList<Completion>, CancellationToken, Task<IReadOnlyList<IReadOnlyList<double?>>>> score
    )
    {
        ArgumentNullException.ThrowIfNull(score);
        return new(name, RewardGranularity.Step, async (all, stop) => Scores(await score(all, stop).ConfigureAwait(false)));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RewardScore>> ScoreBatchAsync(
        IReadOnlyList<Completion> completions,
        CancellationToken cancellationToken
    ) => _score(completions, cancellationToken);

    private static IReadOnlyList<RewardScore> Scores(IReadOnlyList<double?> values) => [.. values.Select(v => RewardScore.Outcome(v))];

    private static IReadOnlyList<RewardScore> Scores(IReadOnlyList<IReadOnlyList<double?>> values) =>
        [.. values.Select(v => new RewardScore(v))];
}
