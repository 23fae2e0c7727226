using static TorchSharp.torch;

namespace Rlhf.Tensors;

/// <summary>Counter-based random numbers for tensors of keys, by int64 tensor operations on the keys' device.</summary>
public static class CounterRandomTensors
{
    private static readonly TorchSharp.Scalar M1 = unchecked((long)0xBF58476D1CE4E5B9);
    private static readonly TorchSharp.Scalar M2 = unchecked((long)0x94D049BB133111EB);
    private static readonly TorchSharp.Scalar GoldenStep = unchecked((long)0x9E3779B97F4A7C15);
    private static readonly TorchSharp.Scalar To53Bits = 1.0 / (1L << 53);

    /// <summary>Uniforms in [0, 1), one for each element of the broadcast keys.</summary>
    /// <param name="random">The stream.</param>
    /// <param name="keys">int64 tensors that broadcast against each other, such as visit ids <c>[B,1]</c> and positions <c>[R]</c>; at
    /// least one.</param>
    /// <returns>float64, of the keys' broadcast shape, on their device.</returns>
    public static Tensor Uniform(this CounterRandom random, params ReadOnlySpan<Tensor> keys)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (keys.Length == 0)
        {
            throw new ArgumentException(
                "At least one key is needed: without one there is a single number, which UniformAt gives.",
                nameof(keys)
            );
        }

        using var scope = NewDisposeScope();
        Tensor? state = null;
        using TorchSharp.Scalar initial = unchecked((long)random.BitsAt());
        foreach (Tensor key in keys)
        {
            Tensor folded = Mix(key.mul(GoldenStep).add(GoldenStep));
            state = Mix(state is null ? folded.add(initial) : state.bitwise_xor(folded).add(GoldenStep));
        }

        return LogicalShiftRight(state!, 11).to_type(ScalarType.Float64).mul_(To53Bits).MoveToOuterDisposeScope();
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
}
