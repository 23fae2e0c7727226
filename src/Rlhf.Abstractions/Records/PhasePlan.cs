namespace Rlhf.Records;

/// <summary>One phase of a run.</summary>
public sealed class PhasePlan(string phase, int steps)
{
    /// <summary>Its name in metrics: <c>sft</c>, <c>grpo</c> ….</summary>
    public string Phase { get; } = phase;

    /// <summary>Iterations planned; early stopping may end it before.</summary>
    public int Steps { get; } = steps;
}
