using Rlhf.Models;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Rlhf.Generation;

/// <summary>
/// One new token of each of the first S slots: stores its key and value, and attends over its slot's tokens up to itself.
/// </summary>
/// <remarks>
/// The query heads that share a key-value head are the rows of one product, so keys and values are read once and never repeated.
/// All slots attend over the longest one's blocks; a mask of −∞ hides what lies past each slot's own token.
/// </remarks>
internal sealed class DecodeLayout : AttentionLayout
{
    private static readonly Scalar NegativeInfinity = double.NegativeInfinity;

    private readonly KeyValueCache _cache;
    private readonly Tensor _places;
    private readonly Tensor _mask;
    private readonly int _slots;
    private readonly int _reach;
    private readonly int _longest;

    /// <param name="cache">Where keys and values lie.</param>
    /// <param name="positions">int64 <c>[S]</c>: position of each slot's token.</param>
    /// <param name="places">int64 <c>[S]</c>: the tokens' places in the cache.</param>
    /// <param name="slots">S.</param>
    /// <param name="longest">Tokens of the longest slot, the new one included.</param>
    /// <param name="type">The type of queries.</param>
    public DecodeLayout(KeyValueCache cache, Tensor positions, Tensor places, int slots, int longest, ScalarType type)
    {
        _cache = cache;
        _places = places;
        _slots = slots;
        _longest = longest;
        _reach = cache.Reach(longest);
        Positions = positions;
        Tensor hidden = arange(_reach, ScalarType.Int64, positions.device).gt(positions.unsqueeze(1));
        _mask = zeros(slots, _reach, type, positions.device).masked_fill_(hidden, NegativeInfinity).view(slots, 1, 1, _reach);
    }

    /// <inheritdoc/>
    public override Tensor Positions { get; }

    internal override long? Reach => _longest;

    /// <inheritdoc/>
    public override Tensor Attend(int layer, Tensor query, Tensor key, Tensor value)
    {
        long heads = query.size(1),
            dim = query.size(2),
            keyValueHeads = key.size(1);
        _cache.Store(layer, _places, key, value);
        (Tensor keys, Tensor values) = _cache.Read(layer, _slots, _reach);
        Tensor grouped = query.reshape(_slots, keyValueHeads, heads / keyValueHeads, dim);
        return functional.scaled_dot_product_attention(grouped, keys, values, _mask).reshape(_slots, heads, dim);
    }
}
