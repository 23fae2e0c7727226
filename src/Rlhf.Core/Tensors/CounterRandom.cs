using System.Text;
using static TorchSharp.torch;

namespace Rlhf.Tensors;

/// <summary>
/// Counter-based random numbers: a uniform is a pure function of (seed, stream, keys…), so it does not depend on batch
/// composition, order, micro-batches or how often something was drawn before, and a resume reproduces it with nothing saved.
/// </summary>
/// <remarks>
/// Each key is folded into a 64-bit state by the finaliser of SplitMix64 (Steele, Lea and Flood 2014, with the constants of
/// Stafford's mix 13), computed with int64 tensor operations on the keys' device. The host versions give the same numbers.
/// </remarks>
public sealed class CounterRandom
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private const ulong Multiplier1 = 0xBF58476D1CE4E5B9;
    private const ulong Multiplier2 = 0x94D049BB133111EB;

    private static readonly TorchSharp.Scalar M1 = unchecked((long)Multiplier1);
    private static readonly TorchSharp.Scalar M2 = unchecked((long)Multiplier2);
    private static readonly TorchSharp.Scalar GoldenStep = unchecked((long)Golden);
    private static readonly TorchSharp.Scalar To53Bits = 1.0 / (1L << 53);

    private readonly ulong _state;

    /// <summary>The stream of uniforms of one user, for instance a stage.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="stream">A name that is unique within the run, such as <c>rollout</c> or a stage's name.</param>
    public CounterRandom(long seed, string stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _state = Mix(Mix(unchecked((ulong)seed) + Golden) ^ HashName(stream));
    }

    /// <summary>Uniforms in [0, 1), one for each element of the broadcast keys.</summary>
    /// <param name="keys">int64 tensors that broadcast against each other, such as visit ids <c>[B,1]</c> and positions <c>[R]</c>; at
    /// least one.</param>
    /// <returns>float64, of the keys' broadcast shape, on their device.</returns>
    public Tensor Uniform(params ReadOnlySpan<Tensor> keys)
    {
        if (keys.Length == 0)
        {
            throw new ArgumentException(
                "At least one key is needed: without one there is a single number, which UniformAt gives.",
                nameof(keys)
            );
        }

        using var scope = NewDisposeScope();
        Tensor? state = null;
        using TorchSharp.Scalar initial = unchecked((long)_state);
        foreach (Tensor key in keys)
        {
            Tensor folded = Mix(key.mul(GoldenStep).add(GoldenStep));
            state = Mix(state is null ? folded.add(initial) : state.bitwise_xor(folded).add(GoldenStep));
        }

        return LogicalShiftRight(state!, 11).to_type(ScalarType.Float64).mul_(To53Bits).MoveToOuterDisposeScope();
    }

    /// <summary>The same uniform as <see cref="Uniform"/> gives for one element, computed on the host.</summary>
    /// <param name="keys">One value a key, in the same order.</param>
    public double UniformAt(params ReadOnlySpan<long> keys) => (BitsAt(keys) >> 11) * (1.0 / (1L << 53));

    /// <summary>The 64 random bits behind <see cref="UniformAt"/>.</summary>
    /// <param name="keys">One value a key, in the same order.</param>
    public ulong BitsAt(params ReadOnlySpan<long> keys)
    {
        ulong state = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            ulong folded = Mix(unchecked((ulong)keys[i] * Golden + Golden));
            state = Mix(unchecked(i == 0 ? folded + _state : (state ^ folded) + Golden));
        }

        return keys.Length == 0 ? _state : state;
    }

    private static ulong Mix(ulong x)
    {
        x = unchecked((x ^ (x >> 30)) * Multiplier1);
        x = unchecked((x ^ (x >> 27)) * Multiplier2);
        return x ^ (x >> 31);
    }

    private static Tensor Mix(Tensor x)
    {
        x = x.bitwise_xor(LogicalShiftRight(x, 30)).mul_(M1);
        x = x.bitwise_xor(LogicalShiftRight(x, 27)).mul_(M2);
        return x.bitwise_xor(LogicalShiftRight(x, 31));
    }

    // int64 shifts are arithmetic, so the copies of the sign bit are masked away.
    private static Tensor LogicalShiftRight(Tensor x, int bits)
    {
        using TorchSharp.Scalar by = bits,
            kept = (1L << (64 - bits)) - 1;
        Tensor shift = full_like(x, by),
            mask = full_like(x, kept);
        return x.bitwise_right_shift(shift).bitwise_and(mask);
    }

    // FNV-1a, 64 bits.
    private static ulong HashName(string name)
    {
        ulong hash = 14695981039346656037;
        foreach (byte b in Encoding.UTF8.GetBytes(name))
        {
            hash = unchecked((hash ^ b) * 1099511628211);
        }

        return hash;
    }
}
