using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Tensors;

/// <summary>The numbers of columns, as keys of random numbers and for comparisons with lengths.</summary>
public static class Positions
{
    /// <summary>0, 1, …, n − 1 for the n columns of <paramref name="rows"/>: int64 <c>[n]</c>, on its device.</summary>
    /// <param name="rows"><c>[B,n]</c> of any type.</param>
    public static Tensor Of(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        using Scalar columns = rows.size(1);
        return arange(columns, ScalarType.Int64, rows.device);
    }
}
