using Rlhf.Models;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Rlhf.Generation;

/// <summary>
/// The tokens of several prompts, one after the other: causal attention within each, with keys and values kept in consecutive slots.
/// </summary>
/// <remarks>Attention alone pads the prompts on the right, where a causal mask hides the padding from every real token.</remarks>
internal sealed class PrefillLayout : AttentionLayout
{
    private readonly KeyValueCache _cache;
    private readonly int _prompts;
    private readonly int _longest;
    private readonly Tensor _places;
    private readonly Tensor _toPadded;
    private readonly Tensor _toFlat;

    /// <param name="cache">Where keys and values go.</param>
    /// <param name="firstSlot">Slot of the first prompt.</param>
    /// <param name="lengths">Tokens of each prompt; some may have none.</param>
    /// <param name="device">The model's device.</param>
    public PrefillLayout(KeyValueCache cache, int firstSlot, IReadOnlyList<int> lengths, Device device)
    {
        _cache = cache;
        _prompts = lengths.Count;
        _longest = lengths.Max();
        cache.Reach(_longest);

        int tokens = lengths.Sum();
        var positions = new long[tokens];
        var places = new long[tokens];
        var toFlat = new long[tokens];
        var toPadded = new long[_prompts * _longest];
        for (int prompt = 0, n = 0; prompt < _prompts; prompt++)
        {
            for (int t = 0; t < lengths[prompt]; t++, n++)
            {
                positions[n] = t;
                places[n] = ((long)(firstSlot + prompt) * cache.Length) + t;
                toFlat[n] = ((long)prompt * _longest) + t;
                toPadded[toFlat[n]] = n;
            }
        }

        Positions = tensor(positions, device: device);
        _places = tensor(places, device: device);
        _toFlat = tensor(toFlat, device: device);
        _toPadded = tensor(toPadded, device: device);
    }

    /// <inheritdoc/>
    public override Tensor Positions { get; }

    internal override long? Reach => _longest;

    /// <inheritdoc/>
    public override Tensor Attend(int layer, Tensor query, Tensor key, Tensor value)
    {
        // Within a prompt's computation nothing is read back, so the scope keeps one layer's copies alive only.
        using var scope = NewDisposeScope();
        long heads = query.size(1),
            dim = query.size(2);
        _cache.Store(layer, _places, key, value);
        Tensor attended = functional.scaled_dot_product_attention(Pad(query, heads), Pad(key, heads), Pad(value, heads), is_casual: true);
        return attended.transpose(1, 2).reshape(-1, heads, dim).index_select(0, _toFlat).MoveToOuterDisposeScope();
    }

    // [N, k, D] → [prompts, heads, longest, D], each of the k heads repeated for its group.
    private Tensor Pad(Tensor flat, long heads)
    {
        long k = flat.size(1),
            dim = flat.size(2);
        Tensor padded = flat.index_select(0, _toPadded).view(_prompts, _longest, k, dim).transpose(1, 2);
        return k == heads
            ? padded
            : padded.unsqueeze(2).expand(_prompts, k, heads / k, _longest, dim).reshape(_prompts, heads, _longest, dim);
    }
}
