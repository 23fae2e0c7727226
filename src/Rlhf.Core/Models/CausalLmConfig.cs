namespace Rlhf.Models;

/// <summary>The sizes and variants of a Llama-family model, as its config.json says.</summary>
public sealed record CausalLmConfig
{
    /// <summary><c>llama</c> (SmolLM2, too), <c>qwen2</c> (Qwen2.5, too) or <c>qwen3</c>.</summary>
    public required string ModelType { get; init; }

    /// <summary>H.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Number of blocks.</summary>
    public required int Layers { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key and value heads; divides <see cref="Heads"/>.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of a head; even.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Width of the gated MLP.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>V.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Longest sequence the model was made for.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>ε of all norms.</summary>
    public double RmsNormEps { get; init; } = 1e-6;

    /// <summary>θ of the rotary embedding.</summary>
    public double RopeTheta { get; init; } = 10_000;

    /// <summary>Scaling of the rotary frequencies; null for none.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>Whether the head uses the embedding's weights.</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>Whether query, key and value projections have biases.</summary>
    public bool AttentionBias { get; init; }

    /// <summary>Whether the attention's output projection has a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Whether the MLP's projections have biases.</summary>
    public bool MlpBias { get; init; }

    /// <summary>Whether queries and keys are normalised over the head's width before the rotation.</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>Tokens that end a text, from generation_config.json where it is there, else from config.json.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>The padding token, or null.</summary>
    public int? PadTokenId { get; init; }

    /// <summary>The first token of texts in training, or null.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Outputs of a classifier's or reward model's head; 0 for a language model, or where config.json does not say.</summary>
    public int NumLabels { get; init; }

    /// <summary>The classes that wrote the folder, as config.json names them.</summary>
    internal IReadOnlyList<string> Architectures { get; init; } = [];

    /// <summary>What config.json says about a reward model's head.</summary>
    internal HeadFacts? Head { get; init; }

    /// <summary>Reads config.json and, where it is there, generation_config.json.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="ignoreKeys">Keys of config.json that are not known here and may be passed over; null for none.</param>
    /// <exception cref="ModelFormatException">
    /// A key is missing, has a wrong value, asks for something that is not supported, or is not known and neither null nor false: it could
    /// change what the model computes.
    /// </exception>
    public static CausalLmConfig Load(string folder, IReadOnlyCollection<string>? ignoreKeys = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return ConfigReader.Read(folder, ignoreKeys ?? []);
    }

    /// <summary>Writes config.json and generation_config.json so that <c>transformers</c> can load the folder.</summary>
    public void Save(string folder) => ConfigWriter.Write(this, folder);

    /// <summary>Names and shapes of a language model's parameters.</summary>
    public IReadOnlyList<(string Name, long[] Shape)> CausalLmParameters() =>
        TieWordEmbeddings ? TrunkParameters() : [.. TrunkParameters(), ("lm_head.weight", [VocabularySize, HiddenSize])];

    /// <summary>Names and shapes of the parameters before any head.</summary>
    internal IReadOnlyList<(string Name, long[] Shape)> TrunkParameters()
    {
        long queries = (long)Heads * HeadDim,
            keys = (long)KeyValueHeads * HeadDim;
        List<(string, long[])> all = [("model.embed_tokens.weight", [VocabularySize, HiddenSize])];
        for (int layer = 0; layer < Layers; layer++)
        {
            string block = $"model.layers.{layer}.";
            all.Add((block + "input_layernorm.weight", [HiddenSize]));
            Linear(block + "self_attn.q_proj", queries, HiddenSize, AttentionBias);
            Linear(block + "self_attn.k_proj", keys, HiddenSize, AttentionBias);
            Linear(block + "self_attn.v_proj", keys, HiddenSize, AttentionBias);
            Linear(block + "self_attn.o_proj", HiddenSize, queries, OutputBias);
            if (QueryKeyNorm)
            {
                all.Add((block + "self_attn.q_norm.weight", [HeadDim]));
                all.Add((block + "self_attn.k_norm.weight", [HeadDim]));
            }

            all.Add((block + "post_attention_layernorm.weight", [HiddenSize]));
            Linear(block + "mlp.gate_proj", IntermediateSize, HiddenSize, MlpBias);
            Linear(block + "mlp.up_proj", IntermediateSize, HiddenSize, MlpBias);
            Linear(block + "mlp.down_proj", HiddenSize, IntermediateSize, MlpBias);
        }

        all.Add(("model.norm.weight", [HiddenSize]));
        return all;

        void Linear(string name, long outputs, long inputs, bool bias)
        {
            all.Add((name + ".weight", [outputs, inputs]));
            if (bias)
            {
                all.Add((name + ".bias", [outputs]));
            }
        }
    }
}
