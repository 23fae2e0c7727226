using static TorchSharp.torch;

namespace Rlhf.Models;

/// <summary>What the flat tokens of one call of <see cref="ICausalLm.Trunk"/> are: their positions, and what each attends to.</summary>
/// <remarks>
/// A layout is made for one call or a few calls with the same tokens' shape and owns nothing; its tensors live in the caller's scope.
/// </remarks>
public abstract class AttentionLayout
{
    /// <summary>Position of each token in its sequence, from 0: int64 <c>[N]</c>.</summary>
    public abstract Tensor Positions { get; }

    /// <summary>One more than the largest position, where it is known without reading <see cref="Positions"/>; else null.</summary>
    internal virtual long? Reach => null;

    /// <summary>Scaled dot-product attention of each token over the tokens of its own sequence up to itself; scale 1/√D.</summary>
    /// <param name="layer">Index of the block, for layouts that keep keys and values.</param>
    /// <param name="query"><c>[N, heads, D]</c>, rotated.</param>
    /// <param name="key"><c>[N, key-value heads, D]</c>, rotated.</param>
    /// <param name="value"><c>[N, key-value heads, D]</c>.</param>
    /// <returns><c>[N, heads, D]</c>.</returns>
    public abstract Tensor Attend(int layer, Tensor query, Tensor key, Tensor value);
}
