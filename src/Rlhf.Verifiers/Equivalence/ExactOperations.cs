using System.Numerics;
using static Rlhf.Verification.Equivalence.OperationName;

namespace Rlhf.Verification.Equivalence;

/// <summary>Operations on rational numbers.</summary>
internal static class ExactOperations
{
    private const int MaxFactorial = 1000;
    private const int MaxChosen = 4000;

    /// <summary>The result; null where it is not rational, too large or undefined.</summary>
    public static ExactNumber? Apply(OperationName name, ExactNumber? first, ExactNumber? second)
    {
        if (first is not { } a)
        {
            return null;
        }

        if (second is { } b)
        {
            return name switch
            {
                Add => ExactNumber.Apply('+', a, b),
                Subtract => ExactNumber.Apply('-', a, b),
                Multiply => ExactNumber.Apply('*', a, b),
                Divide => ExactNumber.Apply('/', a, b),
                Power => b.IsInteger ? ExactNumber.Power(a, b.Numerator) : null,
                Root => a.IsInteger ? RootOf(b, a.Numerator) : null,
                Binomial => Choose(a, b),
                Modulo => a.IsInteger && b.IsInteger && b.Numerator.Sign > 0
                    ? ExactNumber.FromInteger(a.Numerator - b.Numerator * FloorOf(ExactNumber.Apply('/', a, b)!.Value))
                    : null,
                Gcd => a.IsInteger && b.IsInteger
                    ? ExactNumber.FromInteger(BigInteger.GreatestCommonDivisor(a.Numerator, b.Numerator))
                    : null,
                Lcm => a.IsInteger && b.IsInteger && !a.Numerator.IsZero && !b.Numerator.IsZero
                    ? ExactNumber.FromInteger(
                        BigInteger.Abs(a.Numerator * b.Numerator) / BigInteger.GreatestCommonDivisor(a.Numerator, b.Numerator)
                    )
                    : null,
                Maximum => a.CompareTo(b) > 0 ? a : b,
                Minimum => a.CompareTo(b) < 0 ? a : b,
                _ => null,
            };
        }

        return name switch
        {
            Negate => -a,
            Absolute => a.Numerator.Sign < 0 ? -a : a,
            Floor => ExactNumber.FromInteger(FloorOf(a)),
            Ceiling => ExactNumber.FromInteger(-FloorOf(-a)),
            Factorial => FactorialOf(a),
            Sqrt => RootOf(a, 2),
            _ => null,
        };
    }

    private static BigInteger FloorOf(ExactNumber a)
    {
        BigInteger quotient = BigInteger.DivRem(a.Numerator, a.Denominator, out BigInteger rest);
        return rest.Sign < 0 ? quotient - 1 : quotient;
    }

    private static ExactNumber? FactorialOf(ExactNumber a)
    {
        if (!a.IsInteger || a.Numerator.Sign < 0 || a.Numerator > MaxFactorial)
        {
            return null;
        }

        BigInteger product = BigInteger.One;
        for (int k = 2; k <= (int)a.Numerator; k++)
        {
            product *= k;
        }

        return ExactNumber.FromInteger(product);
    }

    private static ExactNumber? Choose(ExactNumber n, ExactNumber k)
    {
        if (!n.IsInteger || !k.IsInteger || n.Numerator.Sign < 0 || n.Numerator > MaxChosen)
        {
            return null;
        }

        BigInteger result = BigInteger.One;
        if (k.Numerator.Sign < 0 || k.Numerator > n.Numerator)
        {
            return ExactNumber.FromInteger(BigInteger.Zero);
        }

        // Of the two that are left and taken, the fewer.
        int fewer = (int)BigInteger.Min(k.Numerator, n.Numerator - k.Numerator);
        for (int i = 1; i <= fewer; i++)
        {
            result = result * ((int)n.Numerator - i + 1) / i;
        }

        return ExactNumber.FromInteger(result);
    }

    private static ExactNumber? RootOf(ExactNumber a, BigInteger degree)
    {
        const int MaxDegree = 64;
        if (degree < 1 || degree > MaxDegree || (a.Numerator.Sign < 0 && degree.IsEven))
        {
            return null;
        }

        return Whole(BigInteger.Abs(a.Numerator), (int)degree) is { } top && Whole(a.Denominator, (int)degree) is { } bottom
            ? ExactNumber.FromFraction(top * a.Numerator.Sign, bottom)
            : null;
    }

    // The whole number whose power this is, by Newton's method from above; null where there is none.
    private static BigInteger? Whole(BigInteger power, int degree)
    {
        BigInteger root = BigInteger.One << (int)(power.GetBitLength() / degree + 1);
        for (BigInteger next = root - 1; next < root; )
        {
            root = next;
            next = ((degree - 1) * root + power / BigInteger.Max(1, BigInteger.Pow(root, degree - 1))) / degree;
        }

        return BigInteger.Pow(root, degree) == power ? root : null;
    }
}
