using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Models;

/// <summary>Rotary position embedding in half-split form (Su et al., arXiv 2104.09864): x·cos + [−x₂, x₁]·sin.</summary>
/// <remarks>The tables grow with the positions that are met: a configuration may claim more than any memory holds.</remarks>
internal sealed class RotaryEmbedding : IDisposable
{
    private const long FirstRows = 4096;
    private static readonly Scalar One = 1.0;
    private readonly ScalarType _type;
    private readonly Device _device;
    private readonly long _half;
    private readonly long _most;
    private readonly Tensor _frequencies;
    private Tensor _cos;
    private Tensor _signedSin;
    private long _rows;

    /// <summary>Tables for the first positions of a model; angles are computed in double.</summary>
    /// <param name="config">θ, scaling, head width and the most positions.</param>
    /// <param name="type">The type of the tables.</param>
    /// <param name="device">Where they lie.</param>
    public RotaryEmbedding(CausalLmConfig config, ScalarType type, Device device)
    {
        (_type, _device, _half, _most) = (type, device, config.HeadDim / 2, config.MaxPositions);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        _frequencies = tensor(InverseFrequencies(config), ScalarType.Float64).DetachFromDisposeScope();
        _rows = Math.Min(FirstRows, _most);
        (_cos, _signedSin) = Table(_rows);
    }

    /// <summary>Rows of the tables for some positions, to be used by all layers of a call.</summary>
    /// <param name="positions">int64 <c>[N]</c>.</param>
    /// <param name="reach">One more than the largest of them, or null where nobody knows it without reading them.</param>
    /// <returns>cos and signed sin, <c>[N,1,D]</c>.</returns>
    /// <exception cref="ArgumentException">A position lies beyond the model's longest sequence.</exception>
    public (Tensor Cos, Tensor SignedSin) At(Tensor positions, long? reach)
    {
        if (reach is not { } rows)
        {
            return Of(positions.to(_frequencies.device));
        }

        if (rows > _most)
        {
            throw new ArgumentException($"A sequence has {rows} tokens; the model was made for at most {_most} (max_position_embeddings).");
        }

        Grow(rows);
        return (_cos.index_select(0, positions), _signedSin.index_select(0, positions));
    }

    /// <summary>Rotates <c>[N,heads,D]</c>.</summary>
    public Tensor Rotate(Tensor x, (Tensor Cos, Tensor SignedSin) angles) =>
        x.mul(angles.Cos).addcmul(x.roll(_half, -1), angles.SignedSin, One);

    /// <inheritdoc/>
    public void Dispose()
    {
        _cos.Dispose();
        _signedSin.Dispose();
        _frequencies.Dispose();
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

    private void Grow(long rows)
    {
        if (rows <= _rows)
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        while (_rows < rows)
        {
            _rows = Math.Min(2 * _rows, _most);
        }

        _cos.Dispose();
        _signedSin.Dispose();
        (_cos, _signedSin) = Table(_rows);
    }

    private (Tensor Cos, Tensor SignedSin) Table(long rows)
    {
        (Tensor cos, Tensor sin) = Of(arange(rows, ScalarType.Int64));
        return (cos.DetachFromDisposeScope(), sin.DetachFromDisposeScope());
    }

    // The sign of [−x₂, x₁] sits in the table, so that rotating is two products and a roll.
    private (Tensor Cos, Tensor SignedSin) Of(Tensor positions)
    {
        Tensor angles = positions.to(ScalarType.Float64).unsqueeze(1).mul(_frequencies.unsqueeze(0)),
            cos = angles.cos(),
            sin = angles.sin();
        return (cat([cos, cos], 1).unsqueeze(1).to(_type, _device), cat([sin.neg(), sin], 1).unsqueeze(1).to(_type, _device));
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
