using System.Globalization;
using MathNet.Numerics.Distributions;

namespace PaperClaims;

/// <summary>A mean over seeds with its 95 % interval by Student's t; one value has none.</summary>
internal readonly record struct Estimate(double Mean, double? HalfWidth)
{
    private const double Upper = 0.975;

    /// <summary>Of values, one a seed.</summary>
    public static Estimate Of(IReadOnlyCollection<double> values)
    {
        double mean = values.Average();
        return values.Count < 2
            ? new(mean, null)
            : new(
                mean,
                StudentT.InvCDF(0, 1, values.Count - 1, Upper)
                    * Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1) / values.Count)
            );
    }

    /// <summary>Whether the interval lies above a bound; a single value is taken as it is.</summary>
    public bool IsAbove(double bound) => Mean - (HalfWidth ?? 0) > bound;

    /// <summary>In percent or percentage points.</summary>
    public string Points => string.Create(CultureInfo.InvariantCulture, $"{100 * Mean:F1}{(HalfWidth is { } h ? $" ± {100 * h:F1}" : "")}");
}
