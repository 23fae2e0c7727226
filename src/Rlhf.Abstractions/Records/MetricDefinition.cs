namespace Rlhf.Records;

/// <summary>What is known of one metric.</summary>
public sealed class MetricDefinition(string name, string unit, string denominator, string meaning, string expectation)
{
    /// <summary>Its name, with parts in braces where they depend on the run.</summary>
    public string Name { get; } = name;

    /// <summary>The unit of the value.</summary>
    public string Unit { get; } = unit;

    /// <summary>What the value is a mean over; <c>—</c> where it is no mean.</summary>
    public string Denominator { get; } = denominator;

    /// <summary>What it is.</summary>
    public string Meaning { get; } = meaning;

    /// <summary>What it does in a healthy run.</summary>
    public string Expectation { get; } = expectation;
}
