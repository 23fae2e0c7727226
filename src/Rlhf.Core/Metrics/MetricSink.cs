using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Metrics;

/// <summary>Collects metrics as numerator and denominator on the device; all of them are read with one copy.</summary>
/// <remarks>Metrics added twice under one name sum both parts, so a mean does not depend on how a batch was split.</remarks>
public sealed class MetricSink : IDisposable
{
    private readonly OrderedDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly List<(Tensor Value, Action<double> Check)> _checks = [];

    /// <summary>Adds a mean: numerator over denominator.</summary>
    /// <param name="name">The metric's name.</param>
    /// <param name="numerator">0-d; detached here.</param>
    /// <param name="denominator">0-d; what the sum is divided by, of any type.</param>
    /// <param name="denominatorName">What the denominator counts, such as <c>action tokens</c>.</param>
    /// <exception cref="InvalidOperationException">The metric was added before with another denominator or kind.</exception>
    public void Add(string name, Tensor numerator, Tensor denominator, string denominatorName) =>
        Accumulate(name, numerator, denominator, denominatorName, MetricKind.Mean);

    /// <summary>Adds a maximum; of several under one name the largest stays.</summary>
    /// <param name="name">The metric's name.</param>
    /// <param name="value">0-d; detached here.</param>
    /// <param name="over">What it is the maximum over.</param>
    public void AddMaximum(string name, Tensor value, string over) => Accumulate(name, value, null, over, MetricKind.Maximum);

    /// <summary>Adds a count or a sum.</summary>
    /// <param name="name">The metric's name.</param>
    /// <param name="value">0-d; detached here.</param>
    /// <param name="of">What is counted.</param>
    public void AddSum(string name, Tensor value, string of) => Accumulate(name, value, null, of, MetricKind.Sum);

    /// <summary>Has a value looked at when the metrics are read, with the same copy: a check that costs no read of its own.</summary>
    /// <param name="value">0-d; detached here.</param>
    /// <param name="check">Is given the value by <see cref="Read"/>, and throws where it must not be what it is.</param>
    public void AddCheck(Tensor value, Action<double> check)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(check);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        _checks.Add((value.detach().to_type(ScalarType.Float64).clone().DetachFromDisposeScope(), check));
    }

    /// <summary>Reads all metrics with one copy from the device and empties the sink; then the checks look at their values.</summary>
    /// <returns>Values in the order of adding; a mean over nothing is left out.</returns>
    public IReadOnlyList<Metric> Read()
    {
        if (_entries.Count == 0 && _checks.Count == 0)
        {
            return [];
        }

        double[] host;
        using (NewDisposeScope())
        {
            Tensor[] parts =
            [
                .. _entries.Values.SelectMany(e => e.Denominator is { } d ? new[] { e.Numerator, d } : [e.Numerator]),
                .. _checks.Select(c => c.Value),
            ];
            host = stack(parts).cpu().data<double>().ToArray();
        }

        List<Metric> metrics = [];
        int at = 0;
        foreach ((string name, Entry entry) in _entries)
        {
            double numerator = host[at++];
            double denominator = entry.Denominator is null ? 1 : host[at++];
            if (denominator != 0)
            {
                metrics.Add(new(name, numerator / denominator, entry.DenominatorName));
            }
        }

        Action<double>[] checks = [.. _checks.Select(c => c.Check)];
        Dispose();
        foreach (Action<double> check in checks)
        {
            check(host[at++]);
        }

        return metrics;
    }

    /// <summary>Empties the sink.</summary>
    public void Dispose()
    {
        foreach (Entry entry in _entries.Values)
        {
            entry.Numerator.Dispose();
            entry.Denominator?.Dispose();
        }

        _entries.Clear();
        _checks.ForEach(c => c.Value.Dispose());
        _checks.Clear();
    }

    private void Accumulate(string name, Tensor numerator, Tensor? denominator, string denominatorName, MetricKind kind)
    {
        ArgumentNullException.ThrowIfNull(numerator);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor top = numerator.detach().to_type(ScalarType.Float64);
        Tensor? bottom = denominator?.detach().to_type(ScalarType.Float64);
        if (_entries.TryGetValue(name, out Entry? before))
        {
            if (before.Kind != kind || before.DenominatorName != denominatorName)
            {
                throw new InvalidOperationException(
                    $"metric '{name}' was added over '{before.DenominatorName}' and is now added over '{denominatorName}'."
                );
            }

            top = kind == MetricKind.Maximum ? top.maximum(before.Numerator) : top.add(before.Numerator);
            bottom = bottom?.add(before.Denominator!);
            before.Numerator.Dispose();
            before.Denominator?.Dispose();
        }

        // A copy of its own: float64 input comes through detach and to_type as an alias of the caller's tensor.
        _entries[name] = new(top.clone().DetachFromDisposeScope(), bottom?.clone().DetachFromDisposeScope(), denominatorName, kind);
    }

    private enum MetricKind
    {
        Mean,
        Maximum,
        Sum,
    }

    private sealed record Entry(Tensor Numerator, Tensor? Denominator, string DenominatorName, MetricKind Kind);
}
