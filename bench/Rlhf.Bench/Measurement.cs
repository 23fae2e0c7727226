using System.Diagnostics;

namespace Rlhf.Bench;

/// <summary>Repeated timing.</summary>
internal static class Measurement
{
    /// <summary>Median seconds of an action after one run that does not count.</summary>
    public static double MedianSeconds(Action action, int repeats)
    {
        action();
        double[] seconds = new double[repeats];
        for (int i = 0; i < repeats; i++)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        Array.Sort(seconds);
        return seconds[repeats / 2];
    }
}
