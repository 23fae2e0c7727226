using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Models;

/// <summary>Whole sequences of different lengths, one after the other in the flat list, each attending to itself causally.</summary>
/// <remarks>
/// Attention runs on sequences padded on the right: a causal model's real tokens never see what follows them, so no mask is needed.
/// Sequences of equal length need no copy either.
/// </remarks>
public sealed class RaggedLayout : AttentionLayout
{
    private readonly int _count;
    private readonly int _longest;
    private readonly Tensor? _slots;

    /// <summary>The layout of sequences of these lengths.</summary>
    /// <param name="lengths">Tokens of each sequence; N is their sum. At least one sequence, none of them empty.</param>
    /// <param name="device">Where the tokens lie.</param>
    /// <exception cref="ArgumentException">There is no sequence, or an empty one.</exception>
    public RaggedLayout(IReadOnlyList<int> lengths, Device device)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        if (lengths.Count == 0 || lengths.Min() < 1)
        {
            throw new ArgumentException("There must be sequences, each of at least one token.", nameof(lengths));
        }

        _count = lengths.Count;
        _longest = lengths.Max();
        Positions = tensor([.. lengths.SelectMany(n => Enumerable.Range(0, n).Select(t => (long)t))], device: device);
        if (lengths.Any(n => n != _longest))
        {
            _slots = tensor([.. lengths.SelectMany((n, b) => Enumerable.Range(0, n).Select(t => (long)b * _longest + t))], device: device);
        }
    }

    /// <inheritdoc/>
    public override Tensor Positions { get; }

    internal override long? Reach => _longest;

    /// <inheritdoc/>
    public override Tensor Attend(int layer, Tensor query, Tensor key, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        using var scope = NewDisposeScope();
        (long heads, long keyHeads, long width) = (query.size(1), key.size(1), query.size(2));
        Tensor output = nn.functional.scaled_dot_product_attention(
            Padded(query),
            Repeated(Padded(key), heads / keyHeads),
            Repeated(Padded(value), heads / keyHeads),
            is_casual: true
        );
        Tensor flat = output.transpose(1, 2).reshape(_count * (long)_longest, heads, width);
        return (_slots is null ? flat : flat.index_select(0, _slots)).MoveToOuterDisposeScope();
    }

    // [N,h,D] to [B,h,L,D].
    private Tensor Padded(Tensor x)
    {
        long heads = x.size(1),
            width = x.size(2),
            slots = _count * (long)_longest;
        Tensor full = _slots is null ? x : zeros([slots, heads, width], x.dtype, x.device).index_copy(0, _slots, x);
        return full.view(_count, _longest, heads, width).transpose(1, 2);
    }

    // Each key-value head serves a run of query heads: [B,k,L,D] to [B,k·times,L,D].
    private static Tensor Repeated(Tensor x, long times) => times == 1 ? x : x.repeat_interleave(times, 1);
}
