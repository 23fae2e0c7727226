using System.Globalization;
using System.Numerics;

namespace Rlhf.Verification.Equivalence;

/// <summary>Numbers as they are written.</summary>
internal static class NumberLiteral
{
    private const int MaxExponent = 400;

    /// <summary>A decimal, or one with a power of ten after e; null for one that is too large.</summary>
    public static Number? Decimal(string text)
    {
        int e = text.IndexOfAny(['e', 'E']),
            exponent = 0;
        if (
            e >= 0
            && (
                !int.TryParse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
                || Math.Abs(exponent) > MaxExponent
            )
        )
        {
            return null;
        }

        ReadOnlySpan<char> digits = e < 0 ? text : text.AsSpan(0, e);
        int point = digits.IndexOf('.');
        return ExactNumber.FromDigits(digits) is not { } value ? null
            : e < 0 ? new(value, point < 0 ? null : digits.Length - point - 1)
            : ExactNumber.Power(ExactNumber.FromInteger(10)!.Value, exponent) is { } scale
            && ExactNumber.Apply('*', value, scale) is { } scaled
                ? new(scaled)
            : null;
    }

    /// <summary>A decimal whose last digits go on for ever.</summary>
    /// <param name="head">What stands before them.</param>
    /// <param name="decimals">Its digits after the point.</param>
    /// <param name="period">The digits that come again.</param>
    public static Number? Repeating(ExactNumber head, int decimals, string period)
    {
        BigInteger nines = BigInteger.Pow(10, period.Length) - 1;
        return
            ExactNumber.FromFraction(BigInteger.Parse(period, CultureInfo.InvariantCulture), nines * BigInteger.Pow(10, decimals))
                is { } tail
            && ExactNumber.Apply('+', head, tail) is { } value
            ? new(value)
            : null;
    }
}
