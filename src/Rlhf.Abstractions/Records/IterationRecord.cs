namespace Rlhf.Records;

/// <summary>The metrics of one iteration: one line of <c>metrics.jsonl</c>, one point of every curve.</summary>
/// <remarks>
/// Build it with a collection initializer's indexer: <c>new IterationRecord("grpo", 3) { [MetricNames.RewardMean] = 0.5 }</c>. A metric
/// that does not exist in this iteration (no evaluation, no valid reward) is left out, never written as 0 or NaN. Whatever depends on the
/// clock or on memory is named <c>time/…</c>; everything else is the same bit by bit when a run is repeated.
/// </remarks>
public sealed class IterationRecord(string phase, int step)
{
    /// <summary>The phase's name: <c>sft</c>, <c>grpo</c> ….</summary>
    public string Phase { get; } = phase;

    /// <summary>The iteration's number in its phase, from 1; 0 holds what is measured before the first.</summary>
    public int Step { get; } = step;

    /// <summary>Name → value in the order of adding, which is the order in files. Names are those of <see cref="MetricNames"/>.</summary>
    public OrderedDictionary<string, double> Metrics { get; init; } = [];

    /// <summary>The metric's value; setting replaces or appends.</summary>
    /// <exception cref="KeyNotFoundException">The iteration has no such metric.</exception>
    public double this[string name]
    {
        get => Metrics[name];
        set => Metrics[name] = value;
    }

    /// <summary>Adds a metric unless it is unknown (<see langword="null"/>, a mean over nothing).</summary>
    public void AddIfKnown(string name, double? value)
    {
        if (value is { } known)
        {
            Metrics[name] = known;
        }
    }

    /// <summary>The metric's value, or <see langword="null"/> where this iteration has none.</summary>
    public double? Find(string name) => Metrics.TryGetValue(name, out double value) ? value : null;
}
