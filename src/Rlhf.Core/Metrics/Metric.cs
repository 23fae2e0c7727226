namespace Rlhf.Metrics;

/// <summary>A metric's value on the host.</summary>
public readonly struct Metric(string name, double value, string denominatorName)
{
    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>Its value.</summary>
    public double Value { get; } = value;

    /// <summary>What a mean was divided by, or what a sum or maximum is over.</summary>
    public string DenominatorName { get; } = denominatorName;
}
