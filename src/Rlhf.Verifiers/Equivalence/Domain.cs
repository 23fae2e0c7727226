namespace Rlhf.Verification.Equivalence;

/// <summary>Where functions have a value.</summary>
internal enum Domain
{
    /// <summary>Everywhere: principal values.</summary>
    Complex,

    /// <summary>As <see cref="Complex"/>, but the logarithm of a negative number is undefined.</summary>
    RealLogarithms,

    /// <summary>On the real line: even roots of negative numbers are undefined too, odd ones are negative.</summary>
    Real,
}
