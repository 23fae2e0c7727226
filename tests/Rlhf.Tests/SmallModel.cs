using Rlhf.Models;

namespace Rlhf.Tests;

/// <summary>Sizes of models that have all parts and take no time.</summary>
internal static class SmallModel
{
    /// <summary>Qwen3's architecture, with grouped keys and values and norms of queries and keys, over 30 tokens.</summary>
    public static CausalLmConfig Qwen3 { get; } =
        new()
        {
            ModelType = "qwen3",
            HiddenSize = 16,
            Layers = 2,
            Heads = 4,
            KeyValueHeads = 2,
            HeadDim = 4,
            IntermediateSize = 24,
            VocabularySize = 30,
            MaxPositions = 32,
            RmsNormEps = 1e-6,
            RopeTheta = 10_000,
            TieWordEmbeddings = true,
            QueryKeyNorm = true,
        };

    /// <summary>Llama's architecture in one layer with two heads.</summary>
    /// <param name="vocabulary">Tokens.</param>
    /// <param name="end">The token that ends an answer.</param>
    /// <param name="hidden">Width, a multiple of 4.</param>
    public static CausalLmConfig Llama(int vocabulary, int end, int hidden = 16) =>
        new()
        {
            ModelType = "llama",
            HiddenSize = hidden,
            Layers = 1,
            Heads = 2,
            KeyValueHeads = 2,
            HeadDim = hidden / 2,
            IntermediateSize = 2 * hidden,
            VocabularySize = vocabulary,
            MaxPositions = 32,
            RmsNormEps = 1e-5,
            RopeTheta = 10_000,
            EosTokenIds = [end],
        };
}
