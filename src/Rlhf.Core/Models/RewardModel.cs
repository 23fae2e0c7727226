using Rlhf.Models.HuggingFace;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlhf.Models;

/// <summary>
/// A reward model: a causal trunk with a scalar head, as Hugging Face's <c>…ForSequenceClassification</c> with one label stores it.
/// </summary>
public sealed class RewardModel : IDisposable
{
    private readonly ParameterSet _parameters;
    private readonly Transformer _trunk;
    private readonly Parameter _score;

    private RewardModel(CausalLmConfig config, ParameterSet parameters, ModelLoadOptions options)
    {
        Config = config;
        Device = options.Device;
        _parameters = parameters;
        _trunk = new(config, parameters, options.ComputeType, options.Device);
        _score = parameters.Take("score.weight");
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
        CausalLmConfig config = CausalLmConfig.Load(folder);
        if (config.NumLabels != 1)
        {
            throw new ModelFormatException(
                $"{Path.Combine(folder, "config.json")}: the head has {config.NumLabels} labels; a reward model has one."
            );
        }

        using HuggingFaceWeights weights = HuggingFaceWeights.Open(folder, config.RewardModelParameters());
        ParameterSet parameters = new(config.RewardModelParameters(), (name, _) => weights.Read(name, options.Device, options.WeightType));
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

    /// <summary>The score at each sequence's last token.</summary>
    /// <param name="sequences">B sequences, none empty.</param>
    /// <returns>float32 <c>[B]</c>.</returns>
    public Tensor Score(IReadOnlyList<IReadOnlyList<int>> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        return ScoreAt(sequences, [.. sequences.Select(s => new[] { s.Count - 1 })]);
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
        Tensor scores = nn.functional.linear(hidden.index_select(0, tensor(read.ToArray(), device: Device)), _score.As(hidden.dtype));
        return scores.squeeze(1).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _trunk.Dispose();
        _parameters.Dispose();
    }
}
