namespace Rlhf.Trainers.Monitoring;

/// <summary>
/// A line through points that single outliers do not move: its slope is the median of the slopes between all pairs of points (Theil 1950,
/// Sen 1968), its level the median of what remains.
/// </summary>
/// <param name="First">The line's value at the beginning.</param>
/// <param name="Last">The line's value at the end.</param>
/// <param name="Significance">Kendall's S over its standard deviation where there is no trend (ties counted as in Kendall 1975), with the
/// continuity correction; its sign is the trend's.</param>
internal readonly record struct RobustTrend(double First, double Last, double Significance)
{
    /// <summary>Last less first.</summary>
    public double Change => Last - First;

    /// <summary>The line of points with distinct x, at least two.</summary>
    /// <param name="points">x and y.</param>
    /// <param name="from">Where <see cref="First"/> is taken.</param>
    /// <param name="to">Where <see cref="Last"/> is taken.</param>
    public static RobustTrend Of(IReadOnlyList<(double X, double Y)> points, double from, double to)
    {
        int n = points.Count,
            s = 0;
        List<double> slopes = new(n * (n - 1) / 2);
        for (int i = 0; i < n; i++)
        {
            for (int j = i + 1; j < n; j++)
            {
                double rise = points[j].Y - points[i].Y;
                slopes.Add(rise / (points[j].X - points[i].X));
                s += Math.Sign(rise);
            }
        }

        double slope = Median(slopes),
            level = Median([.. points.Select(p => p.Y - slope * p.X)]);
        double ties = points.GroupBy(p => p.Y).Select(g => (double)g.Count()).Sum(t => t * (t - 1) * (2 * t + 5));
        double variance = (n * (n - 1.0) * (2 * n + 5) - ties) / 18;
        return new(level + slope * from, level + slope * to, variance > 0 ? (s - Math.Sign(s)) / Math.Sqrt(variance) : 0);
    }

    /// <summary>The middle value, or the mean of the two in the middle.</summary>
    public static double Median(IReadOnlyCollection<double> values)
    {
        double[] ordered = [.. values.Order()];
        int middle = ordered.Length / 2;
        return ordered.Length % 2 == 1 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2;
    }
}
