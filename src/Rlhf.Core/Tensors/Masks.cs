using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Tensors;

/// <summary>
/// Masks by operations that libtorch has for every device, the meta device included, on which tests prove that a function reads no data:
/// <c>where</c> and the <c>logical_</c> operations have no kernel there.
/// </summary>
public static class Masks
{
    private static readonly Scalar Zero = 0;

    /// <summary>The values where the mask holds and 0 elsewhere, whatever lies there, NaN included.</summary>
    /// <param name="values">Any type.</param>
    /// <param name="mask">bool; broadcasts to the values' shape.</param>
    public static Tensor Keep(this Tensor values, Tensor mask)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(mask);
        return values.masked_fill(mask.bitwise_not(), Zero);
    }

    /// <summary>The first values where the mask holds and the second ones elsewhere; exact.</summary>
    /// <param name="mask">bool; broadcasts to the shape of both.</param>
    /// <param name="whereTrue">Values where the mask holds.</param>
    /// <param name="whereFalse">Values elsewhere, of the same type.</param>
    public static Tensor Choose(this Tensor mask, Tensor whereTrue, Tensor whereFalse)
    {
        ArgumentNullException.ThrowIfNull(whereFalse);
        return whereTrue.Keep(mask).add(whereFalse.masked_fill(mask, Zero));
    }
}
