using Microsoft.Extensions.Logging;

namespace Rlhf.Models;

/// <summary>Which stored tensors are a language model's parameters; what is left over must be explained.</summary>
internal static class CausalLmTensors
{
    /// <summary>Checks names, types and shapes, and settles whether the head is the embedding.</summary>
    /// <param name="weights">The files.</param>
    /// <param name="config">What config.json says.</param>
    /// <param name="logger">Is told which tensors are left out; null for nobody.</param>
    /// <returns>The configuration as the files have it, and the stored tensor of each parameter.</returns>
    /// <exception cref="ModelFormatException">A tensor is missing, left over, or has another shape or type.</exception>
    public static (CausalLmConfig Config, Func<string, string> Stored) Check(
        HuggingFaceWeights weights,
        CausalLmConfig config,
        ILogger? logger
    )
    {
        weights.RequireLayers(config.Layers);
        bool hasHead = weights.Contains(TensorNames.Head),
            onlyHead = config.TieWordEmbeddings && hasHead && !weights.Contains(TensorNames.Embedding);
        string Stored(string name) => onlyHead && name == TensorNames.Embedding ? TensorNames.Head : name;

        // A head that is stored beside a tied embedding is looked at like every other tensor.
        CausalLmConfig untied = config with
        {
            TieWordEmbeddings = !hasHead && config.TieWordEmbeddings,
        };
        IReadOnlyList<(string Name, long[] Shape)> expected = untied.CausalLmParameters();
        weights.Require(expected.Select(e => (Stored(e.Name), e.Shape)));
        weights.RefuseOthers(expected, name => IsValueHead(name, config), logger, "a language model has no use for a value head");
        bool apart = hasHead && !onlyHead && config.TieWordEmbeddings && !weights.AreEqual(TensorNames.Embedding, TensorNames.Head);
        return (config with { TieWordEmbeddings = config.TieWordEmbeddings && !apart }, Stored);
    }

    // TRL's and OpenRLHF's value heads lie beside a language model; on any other class they are what the folder is about.
    private static bool IsValueHead(string name, CausalLmConfig config) =>
        (name.StartsWith("v_head.", StringComparison.Ordinal) || name.StartsWith("value_head.", StringComparison.Ordinal))
        && (config.Architectures.Count == 0 || config.Architectures.Any(a => a.Contains("ForCausalLM", StringComparison.Ordinal)));
}
