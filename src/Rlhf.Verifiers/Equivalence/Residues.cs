using System.Numerics;
using static Rlhf.Verification.Equivalence.OperationName;

namespace Rlhf.Verification.Equivalence;

/// <summary>
/// A rational number modulo four primes: two numbers too large to write out, such as 2023! and 2022!·2023, are equal where these are, but
/// for chance in 10³⁷.
/// </summary>
internal readonly record struct Residues(ulong A, ulong B, ulong C, ulong D)
{
    private const int MaxFactorial = 10_000;

    private static readonly ulong[] Primes = [2_147_483_629, 2_147_483_587, 2_147_483_579, 2_147_483_563];

    /// <summary>Those of a number; null where a prime divides its denominator.</summary>
    public static Residues? Of(ExactNumber number) =>
        Each(p => Quotient((ulong)Positive(number.Numerator, p), (ulong)Positive(number.Denominator, p), p));

    /// <summary>The largest number whose factorial is known here.</summary>
    public static bool HasFactorial(ExactNumber number) =>
        number.IsInteger && number.Numerator.Sign >= 0 && number.Numerator <= MaxFactorial;

    /// <summary>Those of the result; null where it is not rational or not known.</summary>
    public static Residues? Apply(OperationName name, MathValue first, MathValue second)
    {
        if (first.Residues is not { } a)
        {
            return null;
        }

        switch (name)
        {
            case Negate:
                return Each((p, i) => (p - a[i]) % p);
            case Factorial when first.Exact is { } n && HasFactorial(n):
                return Each(p => FactorialOf((ulong)n.Numerator, p));
            case Power when second.Exact is { IsInteger: true } exponent:
                return Each((p, i) => PowerOf(a[i], exponent.Numerator, p));
        }

        return second.Residues is not { } b
            ? null
            : name switch
            {
                Add => Each((p, i) => (a[i] + b[i]) % p),
                Subtract => Each((p, i) => (a[i] + p - b[i]) % p),
                Multiply => Each((p, i) => a[i] * b[i] % p),
                Divide => Each((p, i) => Quotient(a[i], b[i], p)),
                _ => null,
            };
    }

    private ulong this[int index] =>
        index switch
        {
            0 => A,
            1 => B,
            2 => C,
            _ => D,
        };

    private static Residues? Each(Func<ulong, ulong?> of) => Each((p, _) => of(p));

    private static Residues? Each(Func<ulong, int, ulong?> of) =>
        of(Primes[0], 0) is { } a && of(Primes[1], 1) is { } b && of(Primes[2], 2) is { } c && of(Primes[3], 3) is { } d
            ? new(a, b, c, d)
            : null;

    private static BigInteger Positive(BigInteger value, ulong prime)
    {
        BigInteger rest = BigInteger.Remainder(value, prime);
        return rest.Sign < 0 ? rest + prime : rest;
    }

    private static ulong? Quotient(ulong a, ulong b, ulong prime) =>
        PowerOf(b, BigInteger.MinusOne, prime) is { } inverse ? a * inverse % prime : null;

    private static ulong? PowerOf(ulong value, BigInteger exponent, ulong prime)
    {
        if (value == 0)
        {
            return exponent.Sign > 0 ? 0 : null;
        }

        ulong result = 1,
            square = value;
        for (ulong n = (ulong)Positive(exponent, prime - 1); n > 0; n >>= 1)
        {
            result = (n & 1) == 1 ? result * square % prime : result;
            square = square * square % prime;
        }

        return result;
    }

    private static ulong FactorialOf(ulong n, ulong prime)
    {
        ulong product = 1;
        for (ulong k = 2; k <= n; k++)
        {
            product = product * k % prime;
        }

        return product;
    }
}
