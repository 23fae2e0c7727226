using Rlhf.Metrics;
using Rlhf.Tensors;
using static TorchSharp.torch;

namespace Rlhf.Shaping;

/// <summary>A stage's metrics: 0-d tensors that stay on the device, named <c>shaping/stage/name</c>.</summary>
public sealed class StageMetrics
{
    private readonly MetricSink? _sink;
    private readonly string _prefix;

    internal StageMetrics(MetricSink? sink, string stage)
    {
        _sink = sink;
        _prefix = $"shaping/{stage}/";
    }

    /// <summary>Whether anybody reads them; what is costly need not be computed otherwise.</summary>
    public bool IsWanted => _sink is not null;

    /// <summary>Adds a mean: numerator over denominator.</summary>
    /// <param name="name">The metric's name within the stage.</param>
    /// <param name="numerator">0-d.</param>
    /// <param name="denominator">0-d.</param>
    /// <param name="denominatorName">What the denominator counts.</param>
    public void Add(string name, Tensor numerator, Tensor denominator, string denominatorName) =>
        _sink?.Add(_prefix + name, numerator, denominator, denominatorName);

    /// <summary>Adds the share of entries for which something holds.</summary>
    /// <param name="name">The metric's name within the stage.</param>
    /// <param name="holds">bool.</param>
    /// <param name="of">bool, of the same shape: the entries that count.</param>
    /// <param name="ofName">What they are.</param>
    public void AddShare(string name, Tensor holds, Tensor of, string ofName) =>
        _sink?.Add(_prefix + name, holds.bitwise_and(of).sum(), of.sum(), ofName);

    /// <summary>Adds a value that is left out where it is not known.</summary>
    /// <param name="name">The metric's name within the stage.</param>
    /// <param name="value">0-d; ignored where it is not known.</param>
    /// <param name="known">bool, 0-d.</param>
    /// <param name="of">What it is the value of.</param>
    public void AddKnown(string name, Tensor value, Tensor known, string of) => _sink?.Add(_prefix + name, value.Keep(known), known, of);

    /// <summary>Adds a value that is no mean.</summary>
    /// <param name="name">The metric's name within the stage.</param>
    /// <param name="value">0-d.</param>
    /// <param name="of">What it is the value of.</param>
    public void AddSum(string name, Tensor value, string of) => _sink?.AddSum(_prefix + name, value, of);
}
