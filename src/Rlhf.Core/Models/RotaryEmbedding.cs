using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Models;

/// <summary>Rotary position embedding in half-split form (Su et al., arXiv 2104.09864): x·cos + [−x₂, x₁]·sin.</summary>
internal sealed class RotaryEmbedding : IDisposable
{
    private static readonly Scalar One = 1.0;
    private readonly Tensor _cos;
    private readonly Tensor _signedSin;
    private readonly long _half;

    /// <summary>Tables for all positions of a model; angles are computed in double.</summary>
    /// <param name="config">θ, scaling, head width and the most positions.</param>
    /// <param name="type">The type of the tables.</param>
    /// <param name="device">Where they lie.</param>
    public RotaryEmbedding(CausalLmConfig config, ScalarType type, Device device)
    {
        using var scope = NewDisposeScope();
        _half = config.HeadDim / 2;
        Tensor frequencies = tensor(InverseFrequencies(config), ScalarType.Float64);
        Tensor angles = arange(config.MaxPositions, ScalarType.Float64).unsqueeze(1).mul(frequencies.unsqueeze(0));
        Tensor sin = angles.sin();
        _cos = cat([angles.cos(), angles.cos()], 1).unsqueeze(1).to(type, device).DetachFromDisposeScope();

        // The sign of [−x₂, x₁] sits in the table, so that rotating is two products and a roll.
        _signedSin = cat([sin.neg(), sin], 1).unsqueeze(1).to(type, device).DetachFromDisposeScope();
    }

    /// <summary>Rows of the tables for some positions, to be used by all layers of a call.</summary>
    /// <param name="positions">int64 <c>[N]</c>.</param>
    /// <returns>cos and signed sin, <c>[N,1,D]</c>.</returns>
    public (Tensor Cos, Tensor SignedSin) At(Tensor positions) => (_cos.index_select(0, positions), _signedSin.index_select(0, positions));

    /// <summary>Rotates <c>[N,heads,D]</c>.</summary>
    public Tensor Rotate(Tensor x, (Tensor Cos, Tensor SignedSin) angles) =>
        x.mul(angles.Cos).addcmul(x.roll(_half, -1), angles.SignedSin, One);

    /// <inheritdoc/>
    public void Dispose()
    {
        _cos.Dispose();
        _signedSin.Dispose();
    }

    /// <summary>
    /// f_i = θ^(−2i/D), for <c>llama3</c> scaling bent as its release defines: long wavelengths slowed by the factor, the middle blended.
    /// </summary>
    internal static double[] InverseFrequencies(CausalLmConfig config)
    {
        double[] frequencies = new double[config.HeadDim / 2];
        for (int i = 0; i < frequencies.Length; i++)
        {
            double f = Math.Pow(config.RopeTheta, -2.0 * i / config.HeadDim);
            frequencies[i] = config.RopeScaling is { } scaling ? Scaled(f, scaling) : f;
        }

        return frequencies;
    }

    private static double Scaled(double f, RopeScaling scaling)
    {
        double wavelength = 2 * Math.PI / f,
            original = scaling.OriginalMaxPositions;
        if (wavelength < original / scaling.HighFreqFactor)
        {
            return f;
        }

        if (wavelength > original / scaling.LowFreqFactor)
        {
            return f / scaling.Factor;
        }

        double s = (original / wavelength - scaling.LowFreqFactor) / (scaling.HighFreqFactor - scaling.LowFreqFactor);
        return (1 - s) * f / scaling.Factor + s * f;
    }
}
