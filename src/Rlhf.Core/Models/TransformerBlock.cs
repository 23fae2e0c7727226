using Rlhf.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlhf.Models;

/// <summary>A pre-norm block: x += attention(norm(x)); x += mlp(norm(x)).</summary>
internal sealed class TransformerBlock
{
    private readonly int _layer;
    private readonly CausalLmConfig _config;
    private readonly Scalar _epsilon;
    private readonly Parameter _inputNorm;
    private readonly Parameter _postAttentionNorm;
    private readonly Parameter? _queryNorm;
    private readonly Parameter? _keyNorm;
    private readonly Projection _query;
    private readonly Projection _key;
    private readonly Projection _value;
    private readonly Projection _output;
    private readonly Projection _gate;
    private readonly Projection _up;
    private readonly Projection _down;

    /// <summary>Takes the block's parameters from <paramref name="parameters"/>, in the order of its layers.</summary>
    public TransformerBlock(CausalLmConfig config, int layer, Scalar epsilon, ParameterSet parameters)
    {
        (_layer, _config, _epsilon) = (layer, config, epsilon);
        string block = $"model.layers.{layer}";
        _inputNorm = parameters.Take($"{block}.input_layernorm.weight");
        _query = parameters.TakeProjection($"{block}.self_attn.q_proj");
        _key = parameters.TakeProjection($"{block}.self_attn.k_proj");
        _value = parameters.TakeProjection($"{block}.self_attn.v_proj");
        _output = parameters.TakeProjection($"{block}.self_attn.o_proj");
        if (config.QueryKeyNorm)
        {
            _queryNorm = parameters.Take($"{block}.self_attn.q_norm.weight");
            _keyNorm = parameters.Take($"{block}.self_attn.k_norm.weight");
        }

        _postAttentionNorm = parameters.Take($"{block}.post_attention_layernorm.weight");
        _gate = parameters.TakeProjection($"{block}.mlp.gate_proj");
        _up = parameters.TakeProjection($"{block}.mlp.up_proj");
        _down = parameters.TakeProjection($"{block}.mlp.down_proj");
    }

    /// <summary>The linear layers, in the order in which they run.</summary>
    public IEnumerable<Projection> Projections => [_query, _key, _value, _output, _gate, _up, _down];

    /// <summary><c>[N,H]</c> to <c>[N,H]</c>.</summary>
    public Tensor Apply(Tensor x, RotaryEmbedding rotary, (Tensor Cos, Tensor SignedSin) angles, AttentionLayout layout)
    {
        using var scope = NewDisposeScope();
        x = x.add(Attention(Norm(x, _inputNorm), rotary, angles, layout));
        Tensor inner = Norm(x, _postAttentionNorm);
        x = x.add(_down.Apply(nn.functional.silu(_gate.Apply(inner)).mul(_up.Apply(inner))));
        return x.MoveToOuterDisposeScope();
    }

    private Tensor Attention(Tensor x, RotaryEmbedding rotary, (Tensor Cos, Tensor SignedSin) angles, AttentionLayout layout)
    {
        long tokens = x.size(0),
            width = _config.HeadDim;
        Tensor query = _query.Apply(x).view(tokens, _config.Heads, width);
        Tensor key = _key.Apply(x).view(tokens, _config.KeyValueHeads, width);
        Tensor value = _value.Apply(x).view(tokens, _config.KeyValueHeads, width);
        if (_queryNorm is not null && _keyNorm is not null)
        {
            (query, key) = (Norm(query, _queryNorm), Norm(key, _keyNorm));
        }

        Tensor mixed = layout.Attend(_layer, rotary.Rotate(query, angles), rotary.Rotate(key, angles), value);
        return _output.Apply(mixed.reshape(tokens, _config.Heads * width));
    }

    private Tensor Norm(Tensor x, Parameter weight) => TorchOps.RmsNorm(x, weight.As(x.dtype), _epsilon);
}
