namespace Rlhf.Shaping.Stages;

/// <summary>r ← clamp(a·r + b, low, high). Of any granularity.</summary>
public sealed class AffineOptions : StageOptions
{
    /// <summary>The channel.</summary>
    public required string Channel { get; init; }

    /// <summary>a, the factor.</summary>
    /// <value>Default 1; finite.</value>
    public double Scale { get; init; } = 1;

    /// <summary>b, what is added.</summary>
    /// <value>Default 0; finite.</value>
    public double Shift { get; init; }

    /// <summary>The least value of the result; null for none.</summary>
    /// <value>Default null.</value>
    public double? Minimum { get; init; }

    /// <summary>The greatest value of the result; null for none.</summary>
    /// <value>Default null.</value>
    public double? Maximum { get; init; }

    /// <inheritdoc/>
    protected override IEnumerable<string> Problems()
    {
        if (!double.IsFinite(Scale) || !double.IsFinite(Shift))
        {
            yield return $"Affine of channel '{Channel}': scale {Scale} and shift {Shift} must be finite.";
        }

        if (Minimum > Maximum)
        {
            yield return $"Affine of channel '{Channel}': minimum {Minimum} is above maximum {Maximum}.";
        }
    }
}
