using System.Globalization;
using System.Numerics;

namespace Rlhf.Verification.Equivalence;

/// <summary>A rational number in lowest terms, of bounded size so that arithmetic on it takes bounded time.</summary>
internal readonly record struct ExactNumber : IComparable<ExactNumber>
{
    private const int MaxDigits = 1000;
    private const long MaxBits = 8192;

    private ExactNumber(BigInteger numerator, BigInteger denominator) => (Numerator, Denominator) = (numerator, denominator);

    public BigInteger Numerator { get; }

    /// <summary>Greater than 0.</summary>
    public BigInteger Denominator { get; }

    public bool IsInteger => Denominator.IsOne;

    /// <summary>Whether a finite decimal is exactly this number.</summary>
    public bool IsFiniteDecimal
    {
        get
        {
            BigInteger rest = Denominator;
            foreach (int prime in (int[])[2, 5])
            {
                while (!rest.IsOne && (rest % prime).IsZero)
                {
                    rest /= prime;
                }
            }

            return rest.IsOne;
        }
    }

    public static ExactNumber operator -(ExactNumber value) => new(-value.Numerator, value.Denominator);

    /// <summary>The whole number; null for one that is too large.</summary>
    public static ExactNumber? FromInteger(BigInteger value) => Reduced(value, BigInteger.One);

    /// <summary>A fraction; null where the divisor is 0 or a number is too large.</summary>
    public static ExactNumber? FromFraction(BigInteger numerator, BigInteger denominator) => Reduced(numerator, denominator);

    /// <summary>A whole power; null where it is too large, and for 0 to a power that is not positive.</summary>
    public static ExactNumber? Power(ExactNumber value, BigInteger exponent)
    {
        long size = Math.Max(value.Numerator.GetBitLength(), value.Denominator.GetBitLength());
        if (
            BigInteger.Abs(exponent) > MaxBits
            || (size > 1 && size * (long)BigInteger.Abs(exponent) > 2 * MaxBits)
            || (value.Numerator.IsZero && exponent.Sign <= 0)
        )
        {
            return null;
        }

        int n = (int)BigInteger.Abs(exponent);
        BigInteger top = BigInteger.Pow(value.Numerator, n),
            bottom = BigInteger.Pow(value.Denominator, n);
        return exponent.Sign < 0 ? Reduced(bottom, top) : Reduced(top, bottom);
    }

    public int CompareTo(ExactNumber other) => (Numerator * other.Denominator).CompareTo(other.Numerator * Denominator);

    /// <summary>Digits with at most one point; commas are passed over. Null for other texts and for more than 1,000 digits.</summary>
    public static ExactNumber? FromDigits(ReadOnlySpan<char> text)
    {
        Span<char> digits = stackalloc char[MaxDigits];
        int count = 0,
            decimals = 0;
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

        return count == 0
            ? null
            : Reduced(BigInteger.Parse(digits[..count], NumberStyles.None, CultureInfo.InvariantCulture), BigInteger.Pow(10, decimals));
    }

    /// <summary>Null where a number grows too large or the divisor is 0.</summary>
    public static ExactNumber? Apply(char operation, ExactNumber a, ExactNumber b) =>
        operation switch
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
