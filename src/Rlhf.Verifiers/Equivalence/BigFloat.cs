using System.Numerics;

namespace Rlhf.Verification.Equivalence;

/// <summary>
/// A binary floating-point number of 384 bits, so that numbers which agree in a double (or in fifty digits) but are not equal stay apart.
/// What is undefined or out
/// of range is NaN and stays so. Each operation takes bounded time.
/// </summary>
internal readonly struct BigFloat
{
    private const int Bits = 384;
    private const int Fraction = Bits + 64;
    private const long MaxExponent = 1L << 40;

    private static readonly BigInteger PiFixed = FixedConstants.Pi(Fraction);
    private static readonly BigInteger Ln2Fixed = FixedConstants.Ln2(Fraction);

    private readonly BigInteger _mantissa;
    private readonly long _exponent;

    private BigFloat(BigInteger mantissa, long exponent, bool isNaN = false) => (_mantissa, _exponent, IsNaN) = (mantissa, exponent, isNaN);

    public static BigFloat NaN { get; } = new(BigInteger.Zero, 0, isNaN: true);

    public static BigFloat Zero { get; } = new(BigInteger.Zero, 0);

    public static BigFloat One { get; } = new(BigInteger.One, 0);

    public static BigFloat Pi { get; } = Rounded(PiFixed, -Fraction);

    public bool IsNaN { get; }

    public int Sign => _mantissa.Sign;

    /// <summary>The power of two just above the absolute value; very small for 0.</summary>
    public long Magnitude => _mantissa.IsZero ? long.MinValue / 4 : _exponent + _mantissa.GetBitLength();

    /// <summary>The binary logarithm of the absolute value; negative infinity for 0.</summary>
    public double Log2
    {
        get
        {
            const int Kept = 53;
            if (_mantissa.IsZero)
            {
                return double.NegativeInfinity;
            }

            int excess = (int)Math.Max(0, _mantissa.GetBitLength() - Kept);
            return _exponent + excess + Math.Log2(Math.Abs((double)(long)(_mantissa >> excess)));
        }
    }

    public static implicit operator BigFloat(int value) => new(value, 0);

    public static BigFloat operator -(BigFloat a) => a.IsNaN ? a : new(-a._mantissa, a._exponent);

    public static BigFloat operator +(BigFloat a, BigFloat b)
    {
        if (a.IsNaN || b.IsNaN)
        {
            return NaN;
        }

        if (a._mantissa.IsZero || b.Magnitude - a.Magnitude > Bits + 8)
        {
            return b;
        }

        if (b._mantissa.IsZero || a.Magnitude - b.Magnitude > Bits + 8)
        {
            return a;
        }

        long exponent = Math.Min(a._exponent, b._exponent);
        return Rounded((a._mantissa << (int)(a._exponent - exponent)) + (b._mantissa << (int)(b._exponent - exponent)), exponent);
    }

    public static BigFloat operator -(BigFloat a, BigFloat b) => a + -b;

    public static BigFloat operator *(BigFloat a, BigFloat b) =>
        a.IsNaN || b.IsNaN ? NaN : Rounded(a._mantissa * b._mantissa, a._exponent + b._exponent);

    public static BigFloat operator /(BigFloat a, BigFloat b)
    {
        if (a.IsNaN || b.IsNaN || b._mantissa.IsZero)
        {
            return NaN;
        }

        int shift = (int)Math.Max(0, Bits + 8 + b._mantissa.GetBitLength() - a._mantissa.GetBitLength());
        return Rounded((a._mantissa << shift) / b._mantissa, a._exponent - b._exponent - shift);
    }

    /// <summary>A fraction to 384 bits.</summary>
    public static BigFloat From(ExactNumber value) => Rounded(value.Numerator, 0) / Rounded(value.Denominator, 0);

    /// <summary>A whole number to 384 bits.</summary>
    public static BigFloat From(BigInteger value) => Rounded(value, 0);

    /// <summary>The first bits as a whole number, and the power of two that it is multiplied by; (0, 0) for 0.</summary>
    public (BigInteger Mantissa, long Exponent) Leading(int bits)
    {
        long excess = _mantissa.GetBitLength() - bits;
        BigInteger first = excess > 0 ? (_mantissa + (BigInteger.One << (int)(excess - 1))) >> (int)excess : _mantissa << (int)-excess;
        return _mantissa.IsZero ? (first, 0) : (first, _exponent + excess);
    }

    /// <summary>Negative, 0 or positive as a − b is; 0 for NaN.</summary>
    public static int Compare(BigFloat a, BigFloat b) => (a - b).Sign;

    public static BigFloat Abs(BigFloat a) => a.Sign < 0 ? -a : a;

    /// <summary>NaN for negative numbers.</summary>
    public static BigFloat Sqrt(BigFloat a)
    {
        if (a.IsNaN || a.Sign < 0)
        {
            return NaN;
        }

        if (a.Sign == 0)
        {
            return Zero;
        }

        long shift = Math.Max(0, 2 * (Bits + 8) - a._mantissa.GetBitLength());
        shift += (a._exponent - shift) & 1;
        return Rounded(IntegerRoot(a._mantissa << (int)shift), (a._exponent - shift) / 2);
    }

    public static BigFloat Exp(BigFloat a)
    {
        if (a.IsNaN || a.Magnitude > 40)
        {
            return NaN;
        }

        // a = k·ln 2 + r; e^r from the series at r/2^16, squared sixteen times.
        const int Halvings = 16;
        BigInteger value = a.ToFixed(),
            k = BigInteger.Divide(value, Ln2Fixed);
        BigInteger rest = (value - k * Ln2Fixed) >> Halvings,
            term = BigInteger.One << Fraction,
            sum = term;
        for (int n = 1; !term.IsZero && n < Fraction; n++)
        {
            term = ((term * rest) >> Fraction) / n;
            sum += term;
        }

        BigFloat result = Rounded(sum, -Fraction);
        for (int i = 0; i < Halvings; i++)
        {
            result *= result;
        }

        return Rounded(result._mantissa, result._exponent + (long)k);
    }

    /// <summary>Natural logarithm; NaN unless the number is positive.</summary>
    public static BigFloat Log(BigFloat a)
    {
        if (a.IsNaN || a.Sign <= 0)
        {
            return NaN;
        }

        // a = m·2^k with m in [1/2, 1); Halley's steps on e^y = m triple the digits.
        long k = a.Magnitude;
        BigFloat m = new(a._mantissa, a._exponent - k),
            y = FromDouble(Math.Log(m.ToDouble()));
        for (int i = 0; i < 3; i++)
        {
            BigFloat e = Exp(y);
            y += (BigFloat)2 * (m - e) / (m + e);
        }

        return y + Rounded(k, 0) * Rounded(Ln2Fixed, -Fraction);
    }

    public static (BigFloat Sin, BigFloat Cos) SinCos(BigFloat a)
    {
        if (a.IsNaN || a.Magnitude > 60)
        {
            return (NaN, NaN);
        }

        BigInteger turn = 2 * PiFixed,
            rest = BigInteger.Remainder(a.ToFixed(), turn);
        BigInteger sin = BigInteger.Zero,
            cos = BigInteger.Zero,
            term = BigInteger.One << Fraction;
        for (int n = 0; !term.IsZero && n < Fraction; n++)
        {
            switch (n % 4)
            {
                case 0:
                    cos += term;
                    break;
                case 1:
                    sin += term;
                    break;
                case 2:
                    cos -= term;
                    break;
                default:
                    sin -= term;
                    break;
            }

            term = ((term * rest) >> Fraction) / (n + 1);
        }

        return (Rounded(sin, -Fraction), Rounded(cos, -Fraction));
    }

    /// <summary>Angle of the point (x, y), in (−π, π]; NaN at the origin.</summary>
    public static BigFloat Atan2(BigFloat y, BigFloat x)
    {
        if (x.IsNaN || y.IsNaN || (x.Sign == 0 && y.Sign == 0))
        {
            return NaN;
        }

        // Both brought to about 1, then two steps that each multiply the number of right digits by five.
        long scale = Math.Max(x.Magnitude, y.Magnitude);
        (BigFloat u, BigFloat v) = (new(x._mantissa, x._exponent - scale), new(y._mantissa, y._exponent - scale));
        BigFloat angle = FromDouble(Math.Atan2(v.ToDouble(), u.ToDouble()));
        for (int i = 0; i < 3; i++)
        {
            (BigFloat sin, BigFloat cos) = SinCos(angle);
            BigFloat t = (v * cos - u * sin) / (u * cos + v * sin);
            angle += t - t * t * t / 3;
        }

        return angle;
    }

    /// <summary>The whole number at or below; null where it is out of range.</summary>
    public BigInteger? Floor()
    {
        if (IsNaN || Magnitude > 4096)
        {
            return null;
        }

        return _exponent >= 0 ? _mantissa << (int)_exponent
            : _exponent < -(1 << 20) ? (Sign < 0 ? -1 : 0)
            : _mantissa >> (int)-_exponent;
    }

    private static BigFloat FromDouble(double value) => Rounded(new BigInteger(value * (1L << 60)), -60);

    private static BigFloat Rounded(BigInteger mantissa, long exponent)
    {
        long excess = mantissa.GetBitLength() - Bits;
        if (excess > 0)
        {
            mantissa = (mantissa + (BigInteger.One << (int)(excess - 1))) >> (int)excess;
            exponent += excess;
        }

        return mantissa.IsZero ? Zero
            : Math.Abs(exponent) > MaxExponent ? NaN
            : new(mantissa, exponent);
    }

    private static BigInteger IntegerRoot(BigInteger n)
    {
        BigInteger x = BigInteger.One << (int)((n.GetBitLength() + 1) / 2);
        while (true)
        {
            BigInteger next = (x + n / x) >> 1;
            if (next >= x)
            {
                return x;
            }

            x = next;
        }
    }

    private BigInteger ToFixed()
    {
        long shift = _exponent + Fraction;
        return shift >= 0 ? _mantissa << (int)shift
            : shift < -(1 << 16) ? BigInteger.Zero
            : _mantissa >> (int)-shift;
    }

    private double ToDouble()
    {
        long excess = Math.Max(0, _mantissa.GetBitLength() - 60);
        return Math.ScaleB((double)(long)(_mantissa >> (int)excess), (int)Math.Clamp(_exponent + excess, -2000, 2000));
    }
}
