namespace Rlhf;

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
    /// The deadline of a call where <c>RewardScorerOptions.Deadlines</c> names none for this source and
    /// <c>RewardScorerOptions.Deadline</c> is shorter; null where that one will do.
    /// </summary>
    TimeSpan? DefaultDeadline => null;

    /// <summary>
    /// Calls at once at the most, for a source that waits for a server instead of computing: they run beside those that
    /// <c>RewardScorerOptions.MaxParallelism</c> bounds. Null for a source that computes.
    /// </summary>
    int? MaxParallelism => null;

    /// <summary>Scores one completion. Called from several threads at once.</summary>
    /// <param name="completion">The problem and what the policy answered.</param>
    /// <param name="cancellationToken">Cancelled at the deadline; a source that ignores it is abandoned then.</param>
    /// <returns>The score; null values for what could not be scored. An exception makes the completion's entries invalid, never
    /// 0.</returns>
    ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken);
}
