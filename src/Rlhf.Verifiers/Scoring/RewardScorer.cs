using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Rlhf.Configuration;

namespace Rlhf.Scoring;

/// <summary>
/// Runs host reward sources over a batch of completions, in parallel on the thread pool, while the caller waits. No source can hang or
/// break a run: one that throws, takes too long or answers nonsense leaves <em>invalid</em> entries, which are counted by cause and are
/// never 0. The first failure of each kind is logged with its problem's id and its stack, and the first one of a batch is in its scores
/// (<see cref="SourceScores.FirstFailure"/>), so that it is there without a log, too.
/// </summary>
public sealed partial class RewardScorer
{
    private readonly RewardScorerOptions _options;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<(string Source, ScoreFailure Cause), bool> _logged = new();
    private readonly HangingCalls[] _hanging;

    /// <summary>Runs these sources.</summary>
    /// <param name="sources">The sources; their names differ.</param>
    /// <param name="options">Bounds; null for the defaults.</param>
    /// <param name="logger">Gets a warning for the first failure of each kind.</param>
    /// <exception cref="ArgumentException">Two sources share a name, a source wants token scores, or an option is out of range.</exception>
    public RewardScorer(IReadOnlyList<IRewardSource> sources, RewardScorerOptions? options = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(sources);
        _options = options ?? new();
        _logger = logger ?? NullLogger.Instance;
        Sources = [.. sources];
        _hanging = [.. sources.Select(_ => new HangingCalls())];
        CheckSources(Sources);
        CheckOptions(Sources, _options);
        OptionsCheck.Require(_options);
    }

    /// <summary>The sources.</summary>
    public IReadOnlyList<IRewardSource> Sources { get; }

    /// <summary>Scores every completion by every source.</summary>
    /// <param name="completions">B completions.</param>
    /// <param name="progress">Gets the number of completions that all sources are done with, on the calling thread.</param>
    /// <param name="cancellationToken">Stops the wait at once.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public RewardScores Score(
        IReadOnlyList<Completion> completions,
        IProgress<int>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(completions);
        return new ScoringPass(Sources, _hanging, completions, _options, LogFirst).Run(progress, cancellationToken);
    }

    private void LogFirst(IRewardSource source, Completion completion, ScoreFailure cause, string what, Exception? error)
    {
        if (_logged.TryAdd((source.Name, cause), true))
        {
            LogFirst(_logger, source.Name, completion, cause, what, error);
        }
    }

    internal static void LogFirst(
        ILogger logger,
        string source,
        Completion completion,
        ScoreFailure cause,
        string what,
        Exception? error
    ) =>
        logger.LogWarning(
            error,
            "Reward source {Source} could not score a completion of problem {Problem} ({Cause}: {What}); the entry is invalid, later ones of this kind are only counted",
            source,
            completion.Problem.Id,
            cause,
            what
        );

    private static void CheckSources(IReadOnlyList<IRewardSource> sources)
    {
        HashSet<string> channels = new(StringComparer.Ordinal);
        foreach (IRewardSource source in sources)
        {
            if (string.IsNullOrWhiteSpace(source.Name))
            {
                throw new ArgumentException(
                    $"A reward source of type {source.GetType().Name} has no name; its channel needs one.",
                    nameof(sources)
                );
            }

            if (source.Granularity is not (RewardGranularity.Outcome or RewardGranularity.Step))
            {
                throw new ArgumentException(
                    $"Reward source '{source.Name}' wants {source.Granularity} scores; host sources score outcomes or steps.",
                    nameof(sources)
                );
            }

            if (source.MaxParallelism < 1)
            {
                throw new ArgumentException(
                    $"Reward source '{source.Name}' bears {source.MaxParallelism} calls at once; it is at least 1.",
                    nameof(sources)
                );
            }

            if (source is IBatchRewardSource { MaxBatchSize: < 1 and var size })
            {
                throw new ArgumentException(
                    $"Reward source '{source.Name}' takes {size} completions together; it is at least 1.",
                    nameof(sources)
                );
            }

            if (!channels.Add(source.Name) || (source.SaysAnswered && !channels.Add(ChannelNames.Answered(source.Name))))
            {
                throw new ArgumentException(
                    $"Two reward sources write the channel '{source.Name}' or its companion; give one of them another name.",
                    nameof(sources)
                );
            }
        }
    }

    private static void CheckOptions(IReadOnlyList<IRewardSource> sources, RewardScorerOptions options)
    {
        if (options.MaxParallelism < 1 || options.MissesToGiveUp < 1)
        {
            throw new ArgumentException(
                $"MaxParallelism ({options.MaxParallelism}) and MissesToGiveUp ({options.MissesToGiveUp}) are at least 1.",
                nameof(options)
            );
        }

        foreach ((string name, TimeSpan deadline) in options.Deadlines.Append(new("every source", options.Deadline)))
        {
            if (deadline <= TimeSpan.Zero || deadline > TimeSpan.FromDays(1))
            {
                throw new ArgumentException($"The deadline of {name} is {deadline}; it is more than 0 and at most 1 day.", nameof(options));
            }
        }

        foreach (IRewardSource source in sources)
        {
            TimeSpan deadline = options.DeadlineOf(source);
            if (source.OwnLimit is { } limit && limit >= deadline)
            {
                throw new ArgumentException(
                    $"Reward source '{source.Name}' ends a call by its own limits after {limit.TotalSeconds} s with a score, but its deadline is {deadline.TotalSeconds} s, after which the entry is invalid: "
                        + $"give '{source.Name}' more than {limit.TotalSeconds} s in deadlines, or lower its limit.",
                    nameof(options)
                );
            }
        }

        foreach (string name in options.Deadlines.Keys)
        {
            if (!sources.Any(s => s.Name == name))
            {
                throw new ArgumentException(
                    $"Deadlines names '{name}', which is no reward source; there are: {string.Join(", ", sources.Select(s => s.Name))}.{Suggestion.Ask(name, sources.Select(s => s.Name))}",
                    nameof(options)
                );
            }
        }
    }
}
