using Rlhf.Datasets;

namespace Rlhf.Rewards;

/// <summary>Scores completions on the host: a rule-based verifier, a pattern or length reward, a judge, a user's function.</summary>
public interface IRewardSource
{
    /// <summary>The channel that holds its scores.</summary>
    string Name { get; }

    /// <summary>Whether it scores whole responses or steps. Token scores come from tensor sources only.</summary>
    RewardGranularity Granularity { get; }

    /// <summary>
    /// Whether it says of each completion if it found an answer to check (<see cref="RewardScore.Answered"/>), which the channel
    /// <c>name.answered</c> then shows. A property of the source, so that a run's channels do not depend on its completions.
    /// </summary>
    bool SaysAnswered => false;

    /// <summary>The only values it gives, ascending; null where they are unknown or continuous. Some stages need them (flip).</summary>
    IReadOnlyList<double>? Levels => null;

    /// <summary>The bounds of its values, both inclusive; null where there are none.</summary>
    /// <value>By default those of <see cref="Levels"/>.</value>
    (double Minimum, double Maximum)? Range => Levels is { Count: > 0 } levels ? (levels.Min(), levels.Max()) : null;

    /// <summary>
    /// The time after which its own limits end a call with a score, such as a 0 for a program that runs for ever; null where it has none.
    /// Its deadline has to be longer: what is late is invalid.
    /// </summary>
    TimeSpan? OwnLimit => null;

    /// <summary>
    /// The deadline of a call where <see cref="RewardScorerOptions.Deadlines"/> names none for this source and
    /// <see cref="RewardScorerOptions.Deadline"/> is shorter; null where that one will do.
    /// </summary>
    TimeSpan? DefaultDeadline => null;

    /// <summary>
    /// Calls at once at the most, for a source that waits for a server instead of computing: they run beside those that
    /// <see cref="RewardScorerOptions.MaxParallelism"/> bounds. Null for a source that computes.
    /// </summary>
    int? MaxParallelism => null;

    /// <summary>Scores one completion. Called from several threads at once.</summary>
    /// <param name="completion">The problem and what the policy answered.</param>
    /// <param name="cancellationToken">Cancelled at the deadline; a source that ignores it is abandoned then.</param>
    /// <returns>The score; null values for what could not be scored. An exception makes the completion's entries invalid, never
    /// 0.</returns>
    ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken);
}

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

/// <summary>A policy's answer to a problem.</summary>
/// <param name="Problem">The problem.</param>
/// <param name="Text">The response without its end token.</param>
/// <param name="Steps">K texts of its reasoning steps.</param>
/// <param name="Truncated">Whether it was cut off at the most new tokens.</param>
public sealed record Completion(Problem Problem, string Text, IReadOnlyList<string> Steps, bool Truncated)
{
    /// <summary>The response's tokens, the end token included; empty where a text was not made by a policy.</summary>
    public IReadOnlyList<int> TokenIds { get; init; } = [];

    /// <summary>
    /// Whether the prompt ends with the opening tag of a thought, so that the response begins within it and is thought as a whole where
    /// nothing closes it.
    /// </summary>
    public bool BeginsInThought { get; init; }
}

/// <summary>What a source says of one completion.</summary>
/// <param name="Values">One value for an outcome source, K for a step source; null = could not be scored, which is not 0.</param>
/// <param name="Answered">For a verifier: whether it found an answer to check. A response without one is a valid 0, and shown in the
/// channel <c>name.answered</c>. Read only where <see cref="IRewardSource.SaysAnswered"/>.</param>
public sealed record RewardScore(IReadOnlyList<double?> Values, bool? Answered = null)
{
    /// <summary>An outcome score.</summary>
    public static RewardScore Outcome(double? value, bool? answered = null) => new([value], answered);
}
