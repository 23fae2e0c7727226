namespace Rlhf.Rewards.Verification.Equivalence;

/// <summary>A complex number of <see cref="BigFloat"/> parts, principal values throughout; NaN where a part is.</summary>
internal readonly record struct BigComplex(BigFloat Re, BigFloat Im)
{
    // Below this power of two a divisor is taken for 0: it is what is left of sin π.
    private const long Vanishing = -340;

    public static readonly BigComplex NaN = new(BigFloat.NaN, BigFloat.NaN);
    public static readonly BigComplex I = new(BigFloat.Zero, BigFloat.One);

    public bool IsNaN => Re.IsNaN || Im.IsNaN;

    public bool IsReal => Im.Magnitude < Vanishing || Im.Magnitude < Re.Magnitude - 320;

    public bool IsZero => Re.Magnitude < Vanishing && Im.Magnitude < Vanishing;

    public static implicit operator BigComplex(BigFloat value) => new(value, BigFloat.Zero);

    public static implicit operator BigComplex(int value) => new(value, BigFloat.Zero);

    public static BigComplex operator -(BigComplex a) => new(-a.Re, -a.Im);

    public static BigComplex operator +(BigComplex a, BigComplex b) => new(a.Re + b.Re, a.Im + b.Im);

    public static BigComplex operator -(BigComplex a, BigComplex b) => new(a.Re - b.Re, a.Im - b.Im);

    public static BigComplex operator *(BigComplex a, BigComplex b) => new(a.Re * b.Re - a.Im * b.Im, a.Re * b.Im + a.Im * b.Re);

    public static BigComplex operator /(BigComplex a, BigComplex b)
    {
        if (b.IsZero)
        {
            return NaN;
        }

        BigFloat square = b.Re * b.Re + b.Im * b.Im;
        return new((a.Re * b.Re + a.Im * b.Im) / square, (a.Im * b.Re - a.Re * b.Im) / square);
    }

    public static BigFloat Abs(BigComplex a) => a.Im.Sign == 0 ? BigFloat.Abs(a.Re) : BigFloat.Sqrt(a.Re * a.Re + a.Im * a.Im);

    public static BigComplex Exp(BigComplex a)
    {
        BigFloat size = BigFloat.Exp(a.Re);
        if (a.Im.Sign == 0)
        {
            return size;
        }

        (BigFloat sin, BigFloat cos) = BigFloat.SinCos(a.Im);
        return new(size * cos, size * sin);
    }

    public static BigComplex Log(BigComplex a) =>
        a.IsZero ? NaN : new(BigFloat.Log(Abs(a)), BigFloat.Atan2(a.Im.Magnitude < Vanishing ? BigFloat.Zero : a.Im, a.Re));

    public static BigComplex Sqrt(BigComplex a) =>
        a.Im.Sign != 0 ? Exp(Log(a) / 2)
        : a.Re.Sign < 0 ? new BigComplex(BigFloat.Zero, BigFloat.Sqrt(-a.Re))
        : BigFloat.Sqrt(a.Re);

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

            square *= square;
        }

        return exponent < 0 ? (BigComplex)1 / result : result;
    }

    public static BigComplex Sin(BigComplex a) => a.Im.Sign == 0 ? BigFloat.SinCos(a.Re).Sin : (Exp(I * a) - Exp(-I * a)) / (2 * I);

    public static BigComplex Cos(BigComplex a) => a.Im.Sign == 0 ? BigFloat.SinCos(a.Re).Cos : (Exp(I * a) + Exp(-I * a)) / 2;

    public static BigComplex Asin(BigComplex a) => -I * Log(I * a + Sqrt(1 - a * a));

    public static BigComplex Atan(BigComplex a) =>
        a.Im.Sign == 0 ? BigFloat.Atan2(a.Re, BigFloat.One) : I / 2 * (Log(1 - I * a) - Log(1 + I * a));

    /// <summary>Whether two values agree to about eighty digits, or both vanish.</summary>
    public static bool AreEqual(BigComplex a, BigComplex b)
    {
        if (a.IsNaN || b.IsNaN)
        {
            return false;
        }

        BigComplex difference = a - b;
        long size = Math.Max(Math.Max(a.Re.Magnitude, a.Im.Magnitude), Math.Max(b.Re.Magnitude, b.Im.Magnitude));
        long apart = Math.Max(difference.Re.Magnitude, difference.Im.Magnitude);
        return apart < Vanishing || apart < size - 280;
    }
}
