using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlhf.Models;

/// <summary>
/// A reward model: a causal trunk with a head of one or two outputs, as transformers, OpenRLHF and TRL store it.
/// </summary>
/// <remarks>
/// Heads are <c>score</c> with or without a bias, <c>value_head</c>, <c>v_head.summary</c>, or the one that <c>value_head_prefix</c> names;
/// Qwen2.5-Math's have two layers with a ReLU between. A process model may have two labels: its score is the difference of their logits,
/// whose sigmoid is the probability of the second (of the one whose name says "right", where labels have names).
/// </remarks>
public sealed class RewardModel : IDisposable
{
    private readonly ParameterSet _parameters;
    private readonly Transformer _trunk;
    private readonly RewardHead _head;
    private readonly bool _readsPadding;

    private RewardModel(CausalLmConfig config, RewardHeadNames head, ParameterSet parameters, ModelLoadOptions options)
    {
        Config = config;
        Device = options.Device;
        _parameters = parameters;
        _trunk = new(config, parameters, options.ComputeType, options.Device);
        _head = new(parameters, head, config.Head);
        _readsPadding = config.Architectures.Any(a => a is "RewardModel" or "LLMForSequenceRegression");
    }

    /// <summary>The model's configuration.</summary>
    public CausalLmConfig Config { get; }

    /// <summary>Where the weights lie.</summary>
    public Device Device { get; }

    /// <summary>Reads a Hugging Face folder.</summary>
    /// <exception cref="ModelFormatException">The folder is not a reward model this class reads; the message names file, key or tensor and
    /// what is wrong.</exception>
    public static RewardModel Load(string folder, ModelLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        options ??= new();
        CausalLmConfig config = CausalLmConfig.Load(folder, options.IgnoreKeys);
        using HuggingFaceWeights weights = HuggingFaceWeights.Open(folder);
        weights.RequireLayers(config.Layers);
        RewardHeadNames head = RewardHead.Find(weights, config, folder);
        config = config with { NumLabels = head.Labels };
        IReadOnlyList<(string Name, long[] Shape)> expected = [.. config.TrunkParameters(), .. head.Parameters()];
        weights.Require(expected);

        weights.RefuseOthers(
            expected,
            name => name == TensorNames.Head,
            options.Logger,
            "a reward model has no use for a language model's head"
        );
        ParameterSet parameters = new(expected, (name, _) => weights.Read(name, options.Device, options.WeightType));
        try
        {
            return new(config, head, parameters, options);
        }
        catch
        {
            parameters.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The score at each sequence's last token that is not the padding token, which is where published scores are read: a chat template may
    /// end with it.
    /// </summary>
    /// <param name="sequences">B sequences, none empty.</param>
    /// <returns>float32 <c>[B]</c>.</returns>
    public Tensor Score(IReadOnlyList<IReadOnlyList<int>> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        return ScoreAt(sequences, [.. sequences.Select(s => new[] { ScoredToken(s) })]);
    }

    /// <summary>Index of the token at which <see cref="Score"/> reads a sequence.</summary>
    /// <remarks>
    /// OpenRLHF's own class reads the last token of the text even where it is the padding token. A sequence of padding alone is read at its
    /// first token.
    /// </remarks>
    internal int ScoredToken(IReadOnlyList<int> sequence)
    {
        int last = sequence.Count - 1;
        while (last > 0 && sequence[last] == Config.PadTokenId && !_readsPadding)
        {
            last--;
        }

        return last;
    }

    /// <summary>
    /// The score at some tokens of each sequence. As the trunk is causal, a score is that of the sequence up to its token.
    /// </summary>
    /// <param name="sequences">B sequences, none empty.</param>
    /// <param name="positions">For each sequence the indices of the tokens to read; together at least one.</param>
    /// <returns>float32, one after the other in the order of sequences and positions.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A position lies outside its sequence.</exception>
    public Tensor ScoreAt(IReadOnlyList<IReadOnlyList<int>> sequences, IReadOnlyList<IReadOnlyList<int>> positions)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentNullException.ThrowIfNull(positions);
        using var scope = NewDisposeScope();
        List<long> read = [];
        long start = 0;
        foreach ((IReadOnlyList<int> sequence, IReadOnlyList<int> places) in sequences.Zip(positions))
        {
            foreach (int place in places)
            {
                ArgumentOutOfRangeException.ThrowIfNegative(place, nameof(positions));
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(place, sequence.Count, nameof(positions));
                read.Add(start + place);
            }

            start += sequence.Count;
        }

        Tensor tokens = tensor([.. sequences.SelectMany(s => s.Select(id => (long)id))], device: Device);
        Tensor hidden = _trunk.Apply(tokens, new RaggedLayout([.. sequences.Select(s => s.Count)], Device));
        return _head.Apply(hidden.index_select(0, tensor(read.ToArray(), device: Device))).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _trunk.Dispose();
        _parameters.Dispose();
    }
}
