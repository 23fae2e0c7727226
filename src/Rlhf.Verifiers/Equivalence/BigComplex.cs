namespace Rlhf.Verification.Equivalence;

/// <summary>
/// A complex number of <see cref="BigFloat"/> parts with a bound of its error, principal values throughout; NaN where a part is. The bound
/// tells what is left of sin π from a small number, and a number too large to hold its last digits from an exact one.
/// </summary>
/// <param name="Re">The real part.</param>
/// <param name="Im">The imaginary part.</param>
/// <param name="Error">The binary logarithm of a bound of the error.</param>
internal readonly record struct BigComplex(BigFloat Re, BigFloat Im, double Error)
{
    // Relative errors of one operation and of one function, as binary logarithms.
    private const double OfOperation = -383;
    private const double OfFunction = -360;

    // Within so many bits of the error's bound a number is taken for 0.
    private const double Slack = 8;

    // With fewer good bits than these nothing is known, nor of a number that a sum holds with fewer.
    private const double LeastBits = 128;
    private const double LeastAdded = 64;

    public static readonly BigComplex NaN = new(BigFloat.NaN, BigFloat.NaN, 0);
    public static readonly BigComplex I = new(BigFloat.Zero, BigFloat.One, double.NegativeInfinity);

    public bool IsNaN => Re.IsNaN || Im.IsNaN;

    public bool IsReal => Im.Log2 <= Error + Slack;

    public bool IsZero => Log2 <= Error + Slack;

    // Of the absolute value, to half a bit.
    private double Log2 => Math.Max(Re.Log2, Im.Log2);

    public static implicit operator BigComplex(BigFloat value) => new(value, BigFloat.Zero, value.Log2 + OfOperation);

    public static implicit operator BigComplex(int value) => new(value, BigFloat.Zero, double.NegativeInfinity);

    /// <summary>A rational number; without error where it is whole and not too large.</summary>
    public static BigComplex From(ExactNumber value) =>
        value.IsInteger && value.Numerator.GetBitLength() < -OfOperation
            ? new BigComplex(BigFloat.From(value.Numerator), BigFloat.Zero, double.NegativeInfinity)
            : BigFloat.From(value);

    public static BigComplex operator -(BigComplex a) => new(-a.Re, -a.Im, a.Error);

    /// <summary>The sum; NaN where the larger number's error hides the smaller number.</summary>
    public static BigComplex operator +(BigComplex a, BigComplex b)
    {
        if (IsHidden(a, b) || IsHidden(b, a))
        {
            return NaN;
        }

        return Rounded(a.Re + b.Re, a.Im + b.Im, Sum(a.Error, b.Error));

        static bool IsHidden(BigComplex small, BigComplex large) =>
            !small.IsZero && small.Log2 - LeastAdded < Math.Max(large.Error, large.Log2 + OfOperation);
    }

    public static BigComplex operator -(BigComplex a, BigComplex b) => a + -b;

    public static BigComplex operator *(BigComplex a, BigComplex b) =>
        Rounded(
            a.Re * b.Re - a.Im * b.Im,
            a.Re * b.Im + a.Im * b.Re,
            Sum(Sum(a.Log2 + b.Error, b.Log2 + a.Error), a.Log2 + b.Log2 + OfOperation)
        );

    public static BigComplex operator /(BigComplex a, BigComplex b)
    {
        if (b.IsZero)
        {
            return NaN;
        }

        BigFloat square = b.Re * b.Re + b.Im * b.Im;
        return Rounded(
            (a.Re * b.Re + a.Im * b.Im) / square,
            (a.Im * b.Re - a.Re * b.Im) / square,
            Sum(Sum(a.Error, a.Log2 - b.Log2 + b.Error), a.Log2 + OfOperation) - b.Log2
        );
    }

    public static BigComplex Abs(BigComplex a) =>
        a.Im.Sign == 0
            ? new(BigFloat.Abs(a.Re), BigFloat.Zero, a.Error)
            : Rounded(BigFloat.Sqrt(a.Re * a.Re + a.Im * a.Im), BigFloat.Zero, a.Error + 1);

    public static BigComplex Exp(BigComplex a)
    {
        BigFloat size = BigFloat.Exp(a.Re);
        double error = size.Log2 + Sum(a.Error, OfFunction);
        if (a.Im.Sign == 0)
        {
            return new(size, BigFloat.Zero, error);
        }

        (BigFloat sin, BigFloat cos) = BigFloat.SinCos(a.Im);
        return new(size * cos, size * sin, error);
    }

    public static BigComplex Log(BigComplex a) =>
        a.IsZero
            ? NaN
            : new(BigFloat.Log(Abs(a).Re), BigFloat.Atan2(a.IsReal ? BigFloat.Zero : a.Im, a.Re), Sum(a.Error - a.Log2, OfFunction));

    public static BigComplex Sqrt(BigComplex a)
    {
        if (a.Im.Sign != 0)
        {
            return Exp(Log(a) / 2);
        }

        BigFloat root = BigFloat.Sqrt(BigFloat.Abs(a.Re));
        double error = a.IsZero ? (a.Error + Slack) / 2 : Sum(a.Error - root.Log2, root.Log2 + OfOperation);
        return a.Re.Sign < 0 ? new(BigFloat.Zero, root, error) : new(root, BigFloat.Zero, error);
    }

    public static BigComplex Pow(BigComplex a, BigComplex exponent) =>
        !a.IsZero ? Exp(exponent * Log(a))
        : exponent.IsReal && exponent.Re.Sign > 0 && !exponent.IsZero ? 0
        : NaN;

    /// <summary>A whole power by repeated squaring.</summary>
    public static BigComplex Pow(BigComplex a, long exponent)
    {
        if (exponent <= 0 && a.IsZero)
        {
            return NaN;
        }

        BigComplex result = 1,
            square = a;
        for (ulong n = (ulong)Math.Abs(exponent); n > 0; n >>= 1)
        {
            if ((n & 1) == 1)
            {
                result *= square;
            }

            square = n > 1 ? square * square : square;
        }

        return exponent < 0 ? (BigComplex)1 / result : result;
    }

    public static BigComplex Sin(BigComplex a) =>
        a.Im.Sign == 0 ? new(BigFloat.SinCos(a.Re).Sin, BigFloat.Zero, Sum(a.Error, OfFunction)) : (Exp(I * a) - Exp(-I * a)) / (2 * I);

    public static BigComplex Cos(BigComplex a) =>
        a.Im.Sign == 0 ? new(BigFloat.SinCos(a.Re).Cos, BigFloat.Zero, Sum(a.Error, OfFunction)) : (Exp(I * a) + Exp(-I * a)) / 2;

    public static BigComplex Asin(BigComplex a) => -I * Log(I * a + Sqrt(1 - a * a));

    public static BigComplex Atan(BigComplex a) =>
        a.Im.Sign == 0
            ? new(BigFloat.Atan2(a.Re, BigFloat.One), BigFloat.Zero, Sum(a.Error, OfFunction))
            : I / 2 * (Log(1 - I * a) - Log(1 + I * a));

    /// <summary>The whole number at or below the real part; null where it is out of range.</summary>
    public System.Numerics.BigInteger? Floor()
    {
        BigFloat nearest = (Re + BigFloat.One / 2).Floor() is { } whole ? BigFloat.From(whole) : BigFloat.NaN;
        return nearest.IsNaN ? null
            : (Re - nearest).Log2 <= Error + Slack ? nearest.Floor()
            : Re.Floor();
    }

    /// <summary>Whether two values agree as far as they are known, and that is far enough.</summary>
    public static bool AreEqual(BigComplex a, BigComplex b)
    {
        if (a.IsNaN || b.IsNaN)
        {
            return false;
        }

        double error = Sum(a.Error, b.Error),
            apart = Math.Max((a.Re - b.Re).Log2, (a.Im - b.Im).Log2);
        return apart <= error + Slack && error < Math.Max(0, Math.Max(a.Log2, b.Log2)) - LeastBits;
    }

    private static BigComplex Rounded(BigFloat re, BigFloat im, double error) =>
        new(re, im, Sum(error, Math.Max(re.Log2, im.Log2) + OfOperation));

    // The binary logarithm of the sum of two numbers.
    private static double Sum(double a, double b)
    {
        (double small, double large) = a < b ? (a, b) : (b, a);
        return small > large - 60 ? large + Math.Log2(1 + Math.Pow(2, small - large)) : large;
    }
}
