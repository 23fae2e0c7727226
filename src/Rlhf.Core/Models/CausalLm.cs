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
    private const string HeadName = "lm_head";
    private const string Weight = ".weight";

    private readonly ParameterSet _parameters;
    private readonly Transformer _trunk;
    private Projection _head;
    private LowRankAdapters? _adapters;

    private CausalLm(CausalLmConfig config, ParameterSet parameters, ModelLoadOptions options)
    {
        Config = config;
        Device = options.Device;
        ComputeType = options.ComputeType;
        _parameters = parameters;
        _trunk = new(config, parameters, options.ComputeType, options.Device);
        _head = config.TieWordEmbeddings ? new(HeadName, _trunk.Embedding, null) : parameters.TakeProjection(HeadName);
    }

    /// <summary>The model's configuration. Its head is no longer tied once adapters have trained head or embedding apart.</summary>
    public CausalLmConfig Config { get; private set; }

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
    /// <remarks>
    /// Names of compiled, sharded or wrapped models, and of a trunk saved alone, are understood. A value head beside the language model is
    /// left out, and <see cref="ModelLoadOptions.Logger"/> is told. Where config.json ties the head to the embedding and another head is stored, the stored one is used, as transformers 5
    /// does.
    /// </remarks>
    /// <param name="folder">A folder with config.json and one or several safetensors files.</param>
    /// <param name="options">Where it lies and its types; null for the defaults.</param>
    /// <exception cref="ModelFormatException">The folder is not a model this class reads, or holds a key or tensor that nothing explains; the
    /// message names file, key or tensor and what is wrong.</exception>
    public static CausalLm Load(string folder, ModelLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        options ??= new();
        CausalLmConfig config = CausalLmConfig.Load(folder, options.IgnoreKeys);
        using HuggingFaceWeights weights = HuggingFaceWeights.Open(folder);
        (config, Func<string, string> stored) = CausalLmTensors.Check(weights, config, options.Logger);
        return Build(
            config,
            new(config.CausalLmParameters(), (name, _) => weights.Read(stored(name), options.Device, options.WeightType)),
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
        Dictionary<string, Tensor> merged = _trunk
            .Projections.Append(_head)
            .Where(p => p.Adapter is not null)
            .ToDictionary(p => p.Name + Weight, p => p.Merged(), StringComparer.Ordinal);
        List<(string Name, Tensor Value)> own =
        [
            .. _parameters
                .All.Where(p => !LowRankAdapters.IsAdapterName(p.Name))
                .Select(p => (p.Name, merged.GetValueOrDefault(p.Name, p.Value))),
        ];

        // A tied head with an adapter of its own is another matrix than the embedding.
        bool unties = Config.TieWordEmbeddings && _head.Adapter is not null;
        if (unties)
        {
            own.Add((HeadName + Weight, merged[HeadName + Weight]));
        }

        HuggingFaceFolder.SaveWeights(folder, own, type);
        (unties ? Config with { TieWordEmbeddings = false } : Config).Save(folder);
    }

    /// <summary>Adds new low-rank adapters, whose product is 0 at first, and freezes all other weights.</summary>
    /// <param name="options">Rank, scale and which layers.</param>
    /// <param name="seed">Seed of the random half.</param>
    /// <exception cref="InvalidOperationException">The model has adapters.</exception>
    /// <exception cref="ArgumentException">No layer has a targeted name.</exception>
    public void AddAdapters(LoraOptions options, long seed)
    {
        RequireNoAdapters();
        Attach(LowRankAdapters.Create(options, _trunk.Projections, _parameters, seed));
    }

    /// <summary>
    /// Adds the adapters of a PEFT folder (adapter_config.json, adapter_model.safetensors) and freezes all other weights.
    /// </summary>
    /// <remarks>
    /// Read are plain and rank-stabilised LoRA on the linear layers and the head, by PEFT's rules for <c>target_modules</c>,
    /// <c>exclude_modules</c>, <c>layers_to_transform</c>, <c>rank_pattern</c> and <c>alpha_pattern</c>, and head and embedding as
    /// <c>modules_to_save</c>. Every other kind is refused by key and value, never loaded as plain LoRA.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The model has adapters.</exception>
    /// <exception cref="ModelFormatException">The folder is not an adapter of this model; the message names what is wrong.</exception>
    public void LoadAdapters(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        RequireNoAdapters();
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using PeftFolder peft = PeftFolder.Open(folder);
        try
        {
            WholeWeights whole = WholeWeights.Read(peft, _trunk.Embedding, _head, Config.TieWordEmbeddings, _trunk.Projections);
            LowRankAdapters adapters = LowRankAdapters.Load(peft, _trunk.Projections, _head, _parameters);
            if (whole.Any && Config.TieWordEmbeddings)
            {
                Untie();
            }

            foreach ((string name, Tensor value) in whole.Values)
            {
                _parameters.All.First(p => p.Name == name).Value.copy_(value);
                adapters.TrainWhole(name);
            }

            Attach(adapters);
        }
        catch (System.Text.RegularExpressions.RegexMatchTimeoutException e)
        {
            throw new ModelFormatException(
                $"{Path.Combine(folder, PeftFolder.ConfigFile)}: the pattern {Rlhf.Json.JsonText.Quote(e.Pattern)} takes too long to match.",
                e
            );
        }
    }

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
        return _head.Apply(hidden);
    }

    /// <summary><see cref="Head"/> for many parts of hidden states: the weight is cast once, into the caller's scope.</summary>
    internal Func<Tensor, Tensor> HeadIn(ScalarType type) => _head.In(type);

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

    private void RequireNoAdapters()
    {
        if (_adapters is not null)
        {
            throw new InvalidOperationException("The model has adapters already.");
        }
    }

    private void Attach(LowRankAdapters adapters)
    {
        _adapters = adapters;
        foreach ((string name, Parameter value) in _parameters.All)
        {
            value.requires_grad = adapters.IsTrained(name);
        }
    }

    // Gives the head a copy of the embedding as its own weight, as PEFT does where it trains one of the two.
    private void Untie()
    {
        LowRankAdapter? adapter = _head.Adapter;
        _head = new(HeadName, _parameters.Add(HeadName + Weight, _trunk.Embedding.detach().clone()), null) { Adapter = adapter };
        Config = Config with { TieWordEmbeddings = false };
    }
}
