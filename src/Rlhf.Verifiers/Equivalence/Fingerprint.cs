using System.Numerics;
using System.Text;

namespace Rlhf.Verification.Equivalence;

/// <summary>
/// Values for what is not computed: a number that depends on the head and on every argument's value, and on nothing else. So
/// <c>f(x) + f(2)</c> equals <c>f(2) + f(x)</c>, and <c>f(2x)</c> is not <c>2f(x)</c>.
/// </summary>
internal static class Fingerprint
{
    // Arguments agree where these bits do: less than what evaluation gives, so that sin(π/6) is 1/2.
    private const int Bits = 200;

    /// <summary>The value of a head with arguments.</summary>
    public static MathValue Of(string head, ReadOnlySpan<MathValue> arguments)
    {
        ulong hash = 14695981039346656037;
        Mix(Encoding.UTF8.GetBytes(head));
        foreach (MathValue argument in arguments)
        {
            BigComplex value = argument.Approximate;
            Part(value.IsZero ? BigFloat.Zero : value.Re);
            Part(value.IsReal ? BigFloat.Zero : value.Im);
        }

        hash ^= hash >> 29;
        int sign = (hash & 1) == 0 ? -1 : 1;
        return ExactNumber.FromFraction(sign * (1 + (long)((hash >> 8) % 1_000_003)), 10_007)!.Value;

        void Part(BigFloat part)
        {
            (BigInteger mantissa, long exponent) = part.Leading(Bits);
            Mix(mantissa.ToByteArray());
            Mix(BitConverter.GetBytes(exponent));
        }

        void Mix(byte[] bytes)
        {
            foreach (byte b in bytes)
            {
                hash = (hash ^ b) * 1099511628211;
            }

            hash ^= hash >> 32;
        }
    }
}
