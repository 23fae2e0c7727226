using System.Numerics;

namespace Rlhf.Verification.Equivalence;

/// <summary>Constants as whole numbers of 2⁻ᵇ.</summary>
internal static class FixedConstants
{
    /// <summary>π = 16 arctan(1/5) − 4 arctan(1/239), after Machin.</summary>
    public static BigInteger Pi(int bits) => 16 * InverseTan(5, bits) - 4 * InverseTan(239, bits);

    /// <summary>ln 2 = 18 artanh(1/26) − 2 artanh(1/4801) + 8 artanh(1/8749).</summary>
    public static BigInteger Ln2(int bits) => 18 * InverseTanh(26, bits) - 2 * InverseTanh(4801, bits) + 8 * InverseTanh(8749, bits);

    private static BigInteger InverseTan(int x, int bits) => Series(x, bits, -1);

    private static BigInteger InverseTanh(int x, int bits) => Series(x, bits, 1);

    // 1/x ± 1/3x³ + 1/5x⁵ ± …
    private static BigInteger Series(int x, int bits, int alternation)
    {
        BigInteger power = (BigInteger.One << bits) / x,
            sum = power;
        for (int n = 3, sign = alternation; !power.IsZero; n += 2, sign *= alternation)
        {
            power /= x * x;
            sum += sign * (power / n);
        }

        return sum;
    }
}
