using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlhf.Models;

/// <summary>
/// A head with one or two outputs: s = W·h + b, or W·relu(W₀·h + b₀) + b as Qwen2.5-Math's reward models have it. Of two outputs the score
/// is the difference between the right one and the other, so that its sigmoid is the softmax's probability.
/// </summary>
internal sealed class RewardHead
{
    // Transformers, OpenRLHF, TRL's value head, and others.
    private static readonly string[] Names = ["score", "value_head", "v_head.summary", "v_head", "reward_head", "classifier"];

    private readonly Parameter _weight;
    private readonly Parameter? _bias;
    private readonly (Parameter Weight, Parameter Bias)? _inner;
    private readonly HeadFacts? _facts;

    /// <summary>Takes the head's parameters.</summary>
    public RewardHead(ParameterSet parameters, RewardHeadNames names, HeadFacts? facts)
    {
        _facts = facts;
        _inner = names.Inner is { } inner ? (parameters.Take(inner + ".weight"), parameters.Take(inner + ".bias")) : null;
        _weight = parameters.Take(names.Outer + ".weight");
        _bias = names.HasBias ? parameters.Take(names.Outer + ".bias") : null;
    }

    /// <summary><c>[M,H]</c> to float32 scores <c>[M]</c>.</summary>
    public Tensor Apply(Tensor hidden)
    {
        if (_inner is { } inner)
        {
            hidden = nn.functional.relu(nn.functional.linear(hidden, inner.Weight.As(hidden.dtype), inner.Bias.As(hidden.dtype)));
        }

        Tensor outputs = nn.functional.linear(hidden, _weight.As(hidden.dtype), _bias?.As(hidden.dtype)).to_type(ScalarType.Float32);
        if (_weight.size(0) == 2)
        {
            int right = _facts?.Positive ?? 1;
            return outputs.select(1, right).sub(outputs.select(1, 1 - right));
        }

        Tensor scores = outputs.squeeze(1);
        if (_facts?.Normalisation is not { } normal)
        {
            return scores;
        }

        using Scalar mean = normal.Mean,
            deviation = normal.Deviation;
        return scores.sub(mean).div(deviation);
    }

    /// <summary>Finds the head in a folder.</summary>
    /// <param name="weights">The folder's tensors.</param>
    /// <param name="config">What config.json says.</param>
    /// <param name="folder">The folder, for messages.</param>
    /// <returns>Names, shapes and the number of outputs.</returns>
    /// <exception cref="ModelFormatException">There is no head, several, or one of another form.</exception>
    public static RewardHeadNames Find(HuggingFaceWeights weights, CausalLmConfig config, string folder)
    {
        string[] candidates = config.Head?.Prefix is { } prefix ? [prefix] : Names;
        string[] found = [.. candidates.Where(n => weights.Contains(n + ".weight") || weights.Contains(n + ".2.weight"))];
        if (found is not [string name])
        {
            throw new ModelFormatException(
                found.Length == 0
                    ? $"{folder}: there is no tensor '{candidates[0]}.weight'"
                        + (candidates.Length > 1 ? $" nor one of {string.Join(", ", candidates.Skip(1))}" : "")
                        + ": a reward model has a head with a score."
                    : $"{folder}: there are several heads ({string.Join(", ", found)}); value_head_prefix in config.json can name the one that scores."
            );
        }

        bool deep = !weights.Contains(name + ".weight");
        string outer = deep ? name + ".2" : name;
        long labels = weights.Shape(outer + ".weight") is [var rows, _] ? rows : 0;
        string file = Path.Combine(folder, "config.json");
        if (config.Head?.Labels is { } declared && declared != labels)
        {
            throw new ModelFormatException($"{file}: it names {declared} labels; the head '{outer}.weight' has {labels}.");
        }

        if (labels is not (1 or 2) || (labels == 2 && !ScoresSteps(config)))
        {
            throw new ModelFormatException(
                $"{file}: the head has {labels} labels; a reward model has one, a process model (…ForTokenClassification) one or two."
            );
        }

        return new(outer, deep ? name + ".0" : null, (int)labels, weights.Contains(outer + ".bias"), config.HiddenSize);
    }

    private static bool ScoresSteps(CausalLmConfig config) =>
        config.Architectures.Any(a =>
            a.EndsWith("ForTokenClassification", StringComparison.Ordinal)
            || a.EndsWith("ForProcessRewardModel", StringComparison.Ordinal)
            || a.EndsWith("ForPrmModel", StringComparison.Ordinal)
        );
}

/// <summary>Where a head's tensors lie.</summary>
/// <param name="Outer">The layer that gives the outputs.</param>
/// <param name="Inner">The layer before it, or null.</param>
/// <param name="Labels">Outputs.</param>
/// <param name="HasBias">Whether the outer layer has a bias; an inner one always has.</param>
/// <param name="HiddenSize">H.</param>
internal sealed record RewardHeadNames(string Outer, string? Inner, int Labels, bool HasBias, int HiddenSize)
{
    /// <summary>Names and shapes of its tensors.</summary>
    public IEnumerable<(string Name, long[] Shape)> Parameters()
    {
        if (Inner is not null)
        {
            yield return (Inner + ".weight", [HiddenSize, HiddenSize]);
            yield return (Inner + ".bias", [HiddenSize]);
        }

        yield return (Outer + ".weight", [Labels, HiddenSize]);
        if (HasBias)
        {
            yield return (Outer + ".bias", [Labels]);
        }
    }
}
