using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Models;

/// <summary>First weights of a new model: normal numbers that depend on the seed, the parameter's name and the element alone.</summary>
/// <remarks>
/// Norm weights 1, biases 0, embeddings N(0, 0.02²), projections N(0, 1/inputs), and those that add to the residual stream, o_proj and
/// down_proj,
/// divided by √(2·layers) as in GPT-2.
/// </remarks>
internal sealed class RandomWeights(long seed, int layers)
{
    private const double EmbeddingDeviation = 0.02;
    private static readonly Scalar One = 1.0;
    private static readonly Scalar MinusTwo = -2.0;
    private static readonly Scalar TwoPi = 2 * Math.PI;

    /// <summary>The float32 values of one parameter.</summary>
    public Tensor Create(string name, long[] shape)
    {
        if (shape.Length == 1)
        {
            return name.EndsWith(".bias", StringComparison.Ordinal) ? zeros(shape) : ones(shape);
        }

        double deviation = 1 / Math.Sqrt(shape[1]);
        if (name.Contains("embed_tokens", StringComparison.Ordinal) || name.Contains("lm_head", StringComparison.Ordinal))
        {
            deviation = EmbeddingDeviation;
        }
        else if (name.Contains("o_proj", StringComparison.Ordinal) || name.Contains("down_proj", StringComparison.Ordinal))
        {
            deviation /= Math.Sqrt(2.0 * layers);
        }

        return Normal(seed, name, shape, deviation);
    }

    /// <summary>N(0, deviation²) by the Box–Muller transform of counter-based uniforms.</summary>
    public static Tensor Normal(long seed, string name, long[] shape, double deviation)
    {
        using var scope = NewDisposeScope();
        using Scalar scale = deviation;
        var random = new CounterRandom(seed, name);
        Tensor index = arange(shape.Aggregate(1L, (a, b) => a * b), ScalarType.Int64);
        Tensor radius = random.Uniform(index, zeros(1, ScalarType.Int64)).neg().add(One);
        Tensor angle = random.Uniform(index, ones(1, ScalarType.Int64)).mul(TwoPi);
        return radius
            .log()
            .mul(MinusTwo)
            .sqrt()
            .mul(angle.cos())
            .mul(scale)
            .to_type(ScalarType.Float32)
            .view(shape)
            .MoveToOuterDisposeScope();
    }

    /// <summary>Uniform in ±<paramref name="bound"/>, float32.</summary>
    public static Tensor Uniform(long seed, string name, long[] shape, double bound)
    {
        using var scope = NewDisposeScope();
        using Scalar width = 2 * bound,
            low = -bound;
        Tensor index = arange(shape.Aggregate(1L, (a, b) => a * b), ScalarType.Int64);
        return new CounterRandom(seed, name)
            .Uniform(index)
            .mul(width)
            .add(low)
            .to_type(ScalarType.Float32)
            .view(shape)
            .MoveToOuterDisposeScope();
    }
}
