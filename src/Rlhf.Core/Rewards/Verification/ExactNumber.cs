using System.Globalization;
using System.Numerics;

namespace Rlhf.Rewards.Verification;

/// <summary>A rational number in lowest terms, of bounded size so that arithmetic on it takes bounded time.</summary>
internal readonly record struct ExactNumber
{
    private const int MaxDigits = 300;
    private const long MaxBits = 2048;

    private ExactNumber(BigInteger numerator, BigInteger denominator) => (Numerator, Denominator) = (numerator, denominator);

    public BigInteger Numerator { get; }

    /// <summary>Greater than 0.</summary>
    public BigInteger Denominator { get; }

    public static ExactNumber operator -(ExactNumber value) => new(-value.Numerator, value.Denominator);

    /// <summary>Digits with at most one point; commas are passed over. Null for other texts and for more than 300 digits.</summary>
    public static ExactNumber? FromDigits(ReadOnlySpan<char> text)
    {
        Span<char> digits = stackalloc char[MaxDigits];
        int count = 0, decimals = 0;
        bool afterPoint = false;
        foreach (char c in text)
        {
            if (char.IsAsciiDigit(c) && count < MaxDigits)
            {
                digits[count++] = c;
                decimals += afterPoint ? 1 : 0;
            }
            else if (c == '.' && !afterPoint)
            {
                afterPoint = true;
            }
            else if (c != ',')
            {
                return null;
            }
        }

        return count == 0 ? null : Reduced(
            BigInteger.Parse(digits[..count], NumberStyles.None, CultureInfo.InvariantCulture), BigInteger.Pow(10, decimals));
    }

    /// <summary>Null where a number grows too large or the divisor is 0.</summary>
    public static ExactNumber? Apply(char operation, ExactNumber a, ExactNumber b) => operation switch
    {
        '+' => Reduced((a.Numerator * b.Denominator) + (b.Numerator * a.Denominator), a.Denominator * b.Denominator),
        '-' => Reduced((a.Numerator * b.Denominator) - (b.Numerator * a.Denominator), a.Denominator * b.Denominator),
        '*' => Reduced(a.Numerator * b.Numerator, a.Denominator * b.Denominator),
        _ => Reduced(a.Numerator * b.Denominator, a.Denominator * b.Numerator),
    };

    private static ExactNumber? Reduced(BigInteger numerator, BigInteger denominator)
    {
        if (denominator.IsZero)
        {
            return null;
        }

        BigInteger divisor = BigInteger.GreatestCommonDivisor(numerator, denominator) * denominator.Sign;
        (numerator, denominator) = (numerator / divisor, denominator / divisor);
        return numerator.GetBitLength() <= MaxBits && denominator.GetBitLength() <= MaxBits ? new(numerator, denominator) : null;
    }
}
