namespace Rlhf;

/// <summary>
/// A source that scores many completions in one call: a server that takes a list, a computation that is cheaper together.
/// </summary>
public interface IBatchRewardSource : IRewardSource
{
    /// <summary>Completions of one call at the most.</summary>
    /// <value>By default all of a batch. 1 or more.</value>
    int MaxBatchSize => int.MaxValue;

    /// <summary>
    /// Scores several completions. Called from several threads at once where a batch is larger than <see cref="MaxBatchSize"/>.
    /// </summary>
    /// <param name="completions">n completions.</param>
    /// <param name="cancellationToken">Cancelled at the deadline, which counts for the whole call.</param>
    /// <returns>n scores in their order. An exception or another number makes all entries of these completions invalid.</returns>
    ValueTask<IReadOnlyList<RewardScore>> ScoreBatchAsync(IReadOnlyList<Completion> completions, CancellationToken cancellationToken);

    /// <inheritdoc/>
    async ValueTask<RewardScore> IRewardSource.ScoreAsync(Completion completion, CancellationToken cancellationToken) =>
        (await ScoreBatchAsync([completion], cancellationToken).ConfigureAwait(false))[0];
}
