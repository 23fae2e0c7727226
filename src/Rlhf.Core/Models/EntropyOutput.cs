namespace Rlhf.Models;

/// <summary>Which entropy a computation of log-probabilities gives along.</summary>
public enum EntropyOutput
{
    /// <summary>None.</summary>
    None,

    /// <summary>As a measurement, without gradient.</summary>
    Measured,

    /// <summary>With gradient, for a loss.</summary>
    Differentiable,
}
