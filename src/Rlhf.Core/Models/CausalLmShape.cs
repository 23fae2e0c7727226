using TorchSharp.Modules;

namespace Rlhf.Models;

/// <summary>The sizes of a causal language model.</summary>
public sealed class CausalLmShape(
    int layers,
    int hiddenSize,
    int heads,
    int keyValueHeads,
    int headDim,
    int vocabularySize,
    int maxPositions
)
{
    /// <summary>Number of blocks.</summary>
    public int Layers { get; } = layers;

    /// <summary>H.</summary>
    public int HiddenSize { get; } = hiddenSize;

    /// <summary>Query heads.</summary>
    public int Heads { get; } = heads;

    /// <summary>Key and value heads; divides <see cref="Heads"/>.</summary>
    public int KeyValueHeads { get; } = keyValueHeads;

    /// <summary>Width of a head.</summary>
    public int HeadDim { get; } = headDim;

    /// <summary>V.</summary>
    public int VocabularySize { get; } = vocabularySize;

    /// <summary>Longest sequence the model was made for.</summary>
    public int MaxPositions { get; } = maxPositions;
}
