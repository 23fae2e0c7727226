using System.ComponentModel.DataAnnotations;

namespace Rlhf.Scoring;

/// <summary>How host reward sources are run.</summary>
public sealed record RewardScorerOptions
{
    /// <summary>
    /// The most calls at once, all sources together that compute; a call is one completion, or several where a source takes them
    /// together. Sources that wait for a server, such as a judge, have a bound of their own
    /// (<see cref="IRewardSource.MaxParallelism"/>).
    /// </summary>
    /// <value>Default null: one for each processor. At least 1.</value>
    [Range(1, int.MaxValue)]
    public int? MaxParallelism { get; init; }

    /// <summary>
    /// What a source may take for one call, from when it starts on it. After that its entries are invalid, even if the source never
    /// returns.
    /// </summary>
    /// <value>
    /// Default 10 s; more than 0, at most 1 day. It is a last resort: results that depend on it cannot be reproduced. A source that needs
    /// more (a judge: two of its request time-outs; unit tests: their wall time and 5 s) has that.
    /// </value>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Deadlines of single sources by their names, instead of <see cref="Deadline"/>.</summary>
    /// <value>Default none.</value>
    public IReadOnlyDictionary<string, TimeSpan> Deadlines { get; init; } = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);

    /// <summary>
    /// A source that misses this many deadlines in a row gets no more completions of the batch, whose entries then are invalid for the
    /// same cause; nor does it get any while this many of its earlier calls still run. It bounds both the wait and the threads that a
    /// hanging source keeps.
    /// </summary>
    /// <value>Default 16; at least 1.</value>
    [Range(1, int.MaxValue)]
    public int MissesToGiveUp { get; init; } = 16;

    /// <summary>The deadline of a source's calls.</summary>
    internal TimeSpan DeadlineOf(IRewardSource source) =>
        Deadlines.TryGetValue(source.Name, out TimeSpan own) ? own
        : source.DefaultDeadline is { } needed && needed > Deadline ? needed
        : Deadline;
}
