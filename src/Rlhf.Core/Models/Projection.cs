using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlhf.Models;

/// <summary>A linear layer, with an optional low-rank adapter: y = x·Wᵀ + b + s·(x·Aᵀ)·Bᵀ.</summary>
internal sealed class Projection
{
    private readonly Parameter _weight;
    private readonly Parameter? _bias;

    /// <param name="name">Its Hugging Face name without <c>.weight</c>.</param>
    /// <param name="weight">W <c>[out,in]</c>.</param>
    /// <param name="bias">b <c>[out]</c>, or none.</param>
    public Projection(string name, Parameter weight, Parameter? bias)
    {
        Name = name;
        _weight = weight;
        _bias = bias;
    }

    /// <summary>Its Hugging Face name without <c>.weight</c>.</summary>
    public string Name { get; }

    /// <summary>The last part of the name, such as <c>q_proj</c>: what an adapter targets.</summary>
    public string Kind => Name[(Name.LastIndexOf('.') + 1)..];

    /// <summary>Width of the input.</summary>
    public long Inputs => _weight.size(1);

    /// <summary>Width of the output.</summary>
    public long Outputs => _weight.size(0);

    /// <summary>The adapter, or null.</summary>
    public LowRankAdapter? Adapter { get; set; }

    /// <summary>The weight <c>[out,in]</c>.</summary>
    public Parameter Weight => _weight;

    /// <summary><c>[N,in]</c> to <c>[N,out]</c>, in the input's type.</summary>
    public Tensor Apply(Tensor x)
    {
        Tensor y = nn.functional.linear(x, _weight.As(x.dtype), _bias?.As(x.dtype));
        return Adapter is null ? y : y.add(Adapter.Apply(x));
    }

    /// <summary>The same for many inputs of one type: the weights are cast once, into the caller's scope.</summary>
    public Func<Tensor, Tensor> In(ScalarType type)
    {
        Tensor weight = _weight.As(type);
        Tensor? bias = _bias?.As(type),
            down = Adapter?.Down.As(type),
            up = Adapter?.Up.As(type);
        return x =>
        {
            Tensor y = nn.functional.linear(x, weight, bias);
            return Adapter is null ? y : y.add(nn.functional.linear(nn.functional.linear(x, down!), up!).mul(Adapter.Scale));
        };
    }

    /// <summary>The weight with its adapter's product added, or the weight itself.</summary>
    public Tensor Merged() => Adapter is null ? _weight : _weight.add(Adapter.Up.mm(Adapter.Down).mul(Adapter.Scale));
}

/// <summary>s·(x·Aᵀ)·Bᵀ (Hu et al., arXiv 2106.09685).</summary>
/// <param name="Down">A <c>[r,in]</c>.</param>
/// <param name="Up">B <c>[out,r]</c>.</param>
/// <param name="Scale">s: α/r, or α/√r where the rank is stabilised.</param>
internal sealed record LowRankAdapter(Parameter Down, Parameter Up, Scalar Scale)
{
    public Tensor Apply(Tensor x) => nn.functional.linear(nn.functional.linear(x, Down.As(x.dtype)), Up.As(x.dtype)).mul(Scale);
}

internal static class ParameterTypes
{
    /// <summary>The tensor itself, or a copy in another type that passes the gradient back.</summary>
    public static Tensor As(this Tensor tensor, ScalarType type) => tensor.dtype == type ? tensor : tensor.to_type(type);
}
