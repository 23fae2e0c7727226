using System.Text;

namespace Rlhf;

/// <summary>
/// Counter-based random numbers: a uniform is a pure function of (seed, stream, keys…), so it does not depend on batch
/// composition, order, micro-batches or how often something was drawn before, and a resume reproduces it with nothing saved.
/// </summary>
/// <remarks>
/// Each key is folded into a 64-bit state by the finaliser of SplitMix64 (Steele, Lea and Flood 2014, with the constants of
/// Stafford's mix 13). <c>CounterRandomTensors.Uniform</c> of Rlhf.Core gives the same numbers for tensors of keys, on their device.
/// </remarks>
public sealed class CounterRandom
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private const ulong Multiplier1 = 0xBF58476D1CE4E5B9;
    private const ulong Multiplier2 = 0x94D049BB133111EB;

    private readonly ulong _state;

    /// <summary>The stream of uniforms of one user, for instance a stage.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="stream">A name that is unique within the run, such as <c>rollout</c> or a stage's name.</param>
    public CounterRandom(long seed, string stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _state = Mix(Mix(unchecked((ulong)seed) + Golden) ^ HashName(stream));
    }

    /// <summary>A uniform in [0, 1).</summary>
    /// <param name="keys">One value a key.</param>
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
