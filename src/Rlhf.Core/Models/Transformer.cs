using Rlhf.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlhf.Models;

/// <summary>The trunk of a Llama-family model: embedding, blocks, last norm. Heads lie outside it.</summary>
internal sealed class Transformer : IDisposable
{
    private readonly CausalLmConfig _config;
    private readonly ScalarType _computeType;
    private readonly Scalar _epsilon;
    private readonly Parameter _embedding;
    private readonly List<TransformerBlock> _blocks = [];
    private readonly Parameter _norm;
    private readonly RotaryEmbedding _rotary;

    /// <summary>Takes the trunk's parameters.</summary>
    public Transformer(CausalLmConfig config, ParameterSet parameters, ScalarType computeType, Device device)
    {
        (_config, _computeType) = (config, computeType);
        _epsilon = config.RmsNormEps;
        _embedding = parameters.Take("model.embed_tokens.weight");
        for (int layer = 0; layer < config.Layers; layer++)
        {
            _blocks.Add(new(config, layer, _epsilon, parameters));
        }

        _norm = parameters.Take("model.norm.weight");
        _rotary = new(config, computeType, device);
    }

    /// <summary>All linear layers of the blocks.</summary>
    public IEnumerable<Projection> Projections => _blocks.SelectMany(b => b.Projections);

    /// <summary>The embedding's weight <c>[V,H]</c>, which a tied head uses.</summary>
    public Parameter Embedding => _embedding;

    /// <summary>The sizes that callers need.</summary>
    public CausalLmShape Shape =>
        new(
            _config.Layers,
            _config.HiddenSize,
            _config.Heads,
            _config.KeyValueHeads,
            _config.HeadDim,
            _config.VocabularySize,
            _config.MaxPositions
        );

    /// <summary>int64 <c>[N]</c> to <c>[N,H]</c>.</summary>
    public Tensor Apply(Tensor tokenIds, AttentionLayout layout)
    {
        using var scope = NewDisposeScope();
        (Tensor Cos, Tensor SignedSin) angles = _rotary.At(layout.Positions, layout.Reach);
        Tensor x = _embedding.index_select(0, tokenIds).As(_computeType);
        foreach (TransformerBlock block in _blocks)
        {
            x = block.Apply(x, _rotary, angles, layout);
        }

        return TorchOps.RmsNorm(x, _norm.As(_computeType), _epsilon).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rotary.Dispose();
        _epsilon.Dispose();
    }
}
