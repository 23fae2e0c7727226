using Rlhf.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Generation;

/// <summary>
/// Keys and values of the tokens seen so far: <c>[layers·2, slots, length, key-value heads·D]</c>, one row of slots a sequence.
/// </summary>
internal sealed class KeyValueCache : IDisposable
{
    // Attention reads lengths in whole blocks, so that its shapes change rarely and a mask's rows stay aligned.
    private const int Block = 32;

    private readonly Tensor _all;
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;
    private readonly int _keyValueHeads;
    private readonly int _headDim;
    private int _cleared;

    /// <param name="model">The model whose keys and values are kept.</param>
    /// <param name="slots">Sequences.</param>
    /// <param name="length">Tokens of the longest; rounded up to whole blocks.</param>
    public KeyValueCache(ICausalLm model, int slots, int length)
    {
        CausalLmShape shape = model.Shape;
        Length = RoundUp(length);
        _keyValueHeads = shape.KeyValueHeads;
        _headDim = shape.HeadDim;
        using var scope = NewDisposeScope();
        _all = empty([2L * shape.Layers, slots, Length, (long)_keyValueHeads * _headDim], dtype: model.ComputeType, device: model.Device)
            .DetachFromDisposeScope();
        _keys = [.. Enumerable.Range(0, shape.Layers).Select(l => _all.select(0, 2 * l).DetachFromDisposeScope())];
        _values = [.. Enumerable.Range(0, shape.Layers).Select(l => _all.select(0, (2 * l) + 1).DetachFromDisposeScope())];
    }

    /// <summary>Tokens that a slot has room for.</summary>
    public int Length { get; }

    /// <summary>Bytes that one slot takes.</summary>
    public static long SlotBytes(ICausalLm model, int length) =>
        2L * model.Shape.Layers * RoundUp(length) * model.Shape.KeyValueHeads * model.Shape.HeadDim * model.ComputeType.ElementSize();

    /// <summary>Makes room for tokens before <paramref name="length"/> and returns it in whole blocks.</summary>
    /// <remarks>
    /// Attention multiplies what it masks by 0, so unused places must hold finite numbers; they are cleared only once they are needed.
    /// </remarks>
    public int Reach(int length)
    {
        int reached = RoundUp(length);
        if (reached > _cleared)
        {
            using var scope = NewDisposeScope();
            _all.narrow(2, _cleared, reached - _cleared).zero_();
            _cleared = reached;
        }

        return reached;
    }

    /// <summary>Stores the keys and values of a layer's tokens.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="places">int64 <c>[N]</c>: slot × <see cref="Length"/> + position of each token, none twice.</param>
    /// <param name="key"><c>[N, key-value heads, D]</c>.</param>
    /// <param name="value"><c>[N, key-value heads, D]</c>.</param>
    public void Store(int layer, Tensor places, Tensor key, Tensor value)
    {
        long width = (long)_keyValueHeads * _headDim;
        _keys[layer].view(-1, width).index_copy_(0, places, key.reshape(-1, width));
        _values[layer].view(-1, width).index_copy_(0, places, value.reshape(-1, width));
    }

    /// <summary>A layer's keys and values of the first slots and positions: two views <c>[slots, key-value heads, length, D]</c>.</summary>
    public (Tensor Keys, Tensor Values) Read(int layer, int slots, int length) =>
        (Read(_keys[layer], slots, length), Read(_values[layer], slots, length));

    /// <summary>
    /// Copies the first <paramref name="length"/> tokens of one slot to <paramref name="count"/> others that follow each other.
    /// </summary>
    public void Copy(int source, int destination, int count, int length)
    {
        if (length == 0)
        {
            return;
        }

        using var scope = NewDisposeScope();
        Tensor tokens = _all.narrow(2, 0, length);
        tokens.narrow(1, destination, count).copy_(tokens.narrow(1, source, 1));
    }

    public void Dispose()
    {
        foreach (Tensor view in _keys.Concat(_values))
        {
            view.Dispose();
        }

        _all.Dispose();
    }

    private Tensor Read(Tensor layer, int slots, int length) =>
        layer.narrow(0, 0, slots).narrow(1, 0, length).view(slots, length, _keyValueHeads, _headDim).transpose(1, 2);

    private static int RoundUp(int length) => (length + Block - 1) / Block * Block;
}
