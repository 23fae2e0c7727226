using System.Diagnostics;
using Rlhf.Records;

namespace Rlhf.Trainers.Phases;

/// <summary>Measures the parts of an iteration.</summary>
public sealed class PhaseClock
{
    private readonly OrderedDictionary<string, TimeSpan> _parts = new(StringComparer.Ordinal);
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>Runs a part and adds its time to the activity's.</summary>
    /// <param name="activity">The activity's name in <see cref="MetricNames.TimeActivity"/>.</param>
    /// <param name="work">The part.</param>
    public T Time<T>(string activity, Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        long start = Stopwatch.GetTimestamp();
        try
        {
            return work();
        }
        finally
        {
            _parts[activity] = Of(activity) + Stopwatch.GetElapsedTime(start);
        }
    }

    /// <summary>Time spent on an activity so far.</summary>
    public TimeSpan Of(string activity) => _parts.GetValueOrDefault(activity);

    /// <summary>Time spent on all activities so far.</summary>
    public TimeSpan Total => _parts.Values.Aggregate(TimeSpan.Zero, (sum, part) => sum + part);

    /// <summary>Adds a metric for each activity, and the time since the clock was made.</summary>
    public void WriteTo(IterationRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        foreach ((string activity, TimeSpan time) in _parts)
        {
            record[MetricCatalog.Fill(MetricNames.TimeActivity, activity)] = time.TotalSeconds;
        }

        record[MetricNames.TimeIteration] = Stopwatch.GetElapsedTime(_start).TotalSeconds;
    }
}
