namespace Rlhf.Records;

/// <summary>
/// Documents one constant of <see cref="MetricNames"/>; <c>docs/metrics.md</c> and the report's captions are made from it.
/// </summary>
/// <param name="unit">The unit of the value.</param>
/// <param name="denominator">What the value is a mean over; <c>—</c> where it is no mean.</param>
/// <param name="meaning">What it is.</param>
/// <param name="expectation">What it does in a healthy run.</param>
[AttributeUsage(AttributeTargets.Field)]
internal sealed class MetricAttribute(string unit, string denominator, string meaning, string expectation) : Attribute
{
    public string Unit { get; } = unit;

    public string Denominator { get; } = denominator;

    public string Meaning { get; } = meaning;

    public string Expectation { get; } = expectation;
}
