using Rlhf.Models.HuggingFace;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlhf.Models;

/// <summary>A decoder-only language model of the Llama family: Llama 2 and 3, SmolLM2, Qwen2, Qwen2.5, Qwen3.</summary>
/// <remarks>
/// Pre-norm blocks with RMSNorm, rotary positions, grouped-query attention and a SiLU-gated MLP; Qwen2 adds biases to the query, key and
/// value
/// projections, Qwen3 norms of queries and keys. Arithmetic follows Hugging Face's <c>transformers</c>.
/// </remarks>
public sealed class CausalLm : ICausalLm
{
    private readonly ParameterSet _parameters;
    private readonly Transformer _trunk;
    private readonly Parameter? _head;
    private LowRankAdapters? _adapters;

    private CausalLm(CausalLmConfig config, ParameterSet parameters, ModelLoadOptions options)
    {
        Config = config;
        Device = options.Device;
        ComputeType = options.ComputeType;
        _parameters = parameters;
        _trunk = new(config, parameters, options.ComputeType, options.Device);
        _head = config.TieWordEmbeddings ? null : parameters.Take("lm_head.weight");
    }

    /// <summary>The model's configuration.</summary>
    public CausalLmConfig Config { get; }

    /// <inheritdoc/>
    public CausalLmShape Shape => _trunk.Shape;

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    public ScalarType ComputeType { get; }

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, Parameter Value)> NamedParameters => _parameters.All;

    /// <summary>Whether the model has adapters.</summary>
    public bool HasAdapters => _adapters is not null;

    /// <summary>A new model with random weights that are a function of the seed.</summary>
    /// <param name="config">Its sizes.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="options">Where it lies and its types; null for the defaults.</param>
    public static CausalLm Create(CausalLmConfig config, long seed, ModelLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        options ??= new();
        var weights = new RandomWeights(seed, config.Layers);
        return Build(
            config,
            new(config.CausalLmParameters(), (name, shape) => weights.Create(name, shape).to(options.WeightType, options.Device)),
            options
        );
    }

    /// <summary>Reads a Hugging Face folder.</summary>
    /// <param name="folder">A folder with config.json and one or several safetensors files.</param>
    /// <param name="options">Where it lies and its types; null for the defaults.</param>
    /// <exception cref="ModelFormatException">The folder is not a model this class reads; the message names file, key or tensor and what is
    /// wrong.</exception>
    public static CausalLm Load(string folder, ModelLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        options ??= new();
        CausalLmConfig config = CausalLmConfig.Load(folder);
        using HuggingFaceWeights weights = HuggingFaceWeights.Open(folder, config.CausalLmParameters());
        return Build(
            config,
            new(config.CausalLmParameters(), (name, _) => weights.Read(name, options.Device, options.WeightType)),
            options
        );
    }

    /// <summary>
    /// Writes a Hugging Face folder's config.json and model.safetensors, which <c>transformers</c> can load; adapters are merged into the
    /// weights.
    /// </summary>
    /// <param name="folder">The folder; made where it is missing.</param>
    /// <param name="type">The type of the stored weights; null for the one they are kept in.</param>
    public void Save(string folder, ScalarType? type = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        IEnumerable<(string Name, Tensor Value)> own = _parameters
            .All.Where(p => !LowRankAdapters.IsAdapterName(p.Name))
            .Select(p => (p.Name, _adapters?.Merged(p.Name, p.Value) ?? p.Value));
        HuggingFaceFolder.SaveWeights(folder, [.. own], type);
        Config.Save(folder);
    }

    /// <summary>Adds new low-rank adapters, whose product is 0 at first, and freezes all other weights.</summary>
    /// <param name="options">Rank, scale and which layers.</param>
    /// <param name="seed">Seed of the random half.</param>
    /// <exception cref="InvalidOperationException">The model has adapters.</exception>
    /// <exception cref="ArgumentException">No layer has a targeted name.</exception>
    public void AddAdapters(LoraOptions options, long seed) =>
        Attach(LowRankAdapters.Create(options, _trunk.Projections, _parameters, seed));

    /// <summary>
    /// Adds the adapters of a PEFT folder (adapter_config.json, adapter_model.safetensors) and freezes all other weights.
    /// </summary>
    /// <exception cref="InvalidOperationException">The model has adapters.</exception>
    /// <exception cref="ModelFormatException">The folder is not an adapter of this model; the message names what is wrong.</exception>
    public void LoadAdapters(string folder) => Attach(LowRankAdapters.Load(folder, _trunk.Projections, _parameters));

    /// <summary>Writes the adapters as a PEFT folder.</summary>
    /// <exception cref="InvalidOperationException">The model has no adapters.</exception>
    public void SaveAdapters(string folder) =>
        (_adapters ?? throw new InvalidOperationException("The model has no adapters.")).Save(folder);

    /// <summary>Copies all weights from a model of the same sizes.</summary>
    /// <exception cref="ArgumentException">A parameter is missing or has another shape.</exception>
    public void CopyFrom(ICausalLm other)
    {
        ArgumentNullException.ThrowIfNull(other);
        using var noGrad = no_grad();
        Dictionary<string, Parameter> theirs = other.NamedParameters.ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
        foreach ((string name, Parameter own) in _parameters.All)
        {
            if (!theirs.TryGetValue(name, out Parameter? value) || !value.shape.SequenceEqual(own.shape))
            {
                throw new ArgumentException($"Parameter {name} is missing in the other model or has another shape.", nameof(other));
            }

            own.copy_(value);
        }
    }

    /// <summary>Stops gradients to all weights, as for a reference model.</summary>
    public void Freeze()
    {
        foreach ((_, Parameter value) in _parameters.All)
        {
            value.requires_grad = false;
        }
    }

    /// <inheritdoc/>
    public Tensor Trunk(Tensor tokenIds, AttentionLayout layout)
    {
        ArgumentNullException.ThrowIfNull(tokenIds);
        ArgumentNullException.ThrowIfNull(layout);
        return _trunk.Apply(tokenIds, layout);
    }

    /// <inheritdoc/>
    public Tensor Head(Tensor hidden)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        return _head is null ? _trunk.TiedHead(hidden) : nn.functional.linear(hidden, _head.As(hidden.dtype));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _adapters?.Dispose();
        _trunk.Dispose();
        _parameters.Dispose();
    }

    // A tensor that is refused in the middle must not leave the ones before it behind.
    private static CausalLm Build(CausalLmConfig config, ParameterSet parameters, ModelLoadOptions options)
    {
        try
        {
            return new(config, parameters, options);
        }
        catch
        {
            parameters.Dispose();
            throw;
        }
    }

    private void Attach(LowRankAdapters adapters)
    {
        if (_adapters is not null)
        {
            adapters.Dispose();
            throw new InvalidOperationException("The model has adapters already.");
        }

        _adapters = adapters;
        foreach ((string name, Parameter value) in _parameters.All)
        {
            value.requires_grad = LowRankAdapters.IsAdapterName(name);
        }
    }
}
