using System.Text.Json;

namespace Rlhf.Models;

/// <summary>
/// Reads config.json, in the keys of transformers 4 (<c>rope_theta</c>, <c>rope_scaling</c>) and 5 (<c>rope_parameters</c>).
/// </summary>
internal static class ConfigReader
{
    private const string ConfigFile = "config.json";
    private const string GenerationFile = "generation_config.json";
    private const int DefaultMaxWindowLayers = 28;

    private static readonly string[] ModelTypes = ["llama", "qwen2", "qwen3"];

    public static CausalLmConfig Read(string folder, IReadOnlyCollection<string> ignoreKeys)
    {
        using JsonFile file = JsonFile.Open(Path.Combine(folder, ConfigFile));
        string type = file.Text("model_type") ?? throw file.Missing("model_type");
        if (!ModelTypes.Contains(type))
        {
            throw file.Wrong("model_type", type, $"one of {string.Join(", ", ModelTypes)}, the architectures that are supported");
        }

        int layers = file.Count("num_hidden_layers");
        RefuseVariants(file, type, layers);
        int hidden = file.Count("hidden_size"),
            heads = file.Count("num_attention_heads"),
            keyValueHeads = file.Count("num_key_value_heads", heads);
        if (heads % keyValueHeads != 0)
        {
            throw file.Wrong("num_key_value_heads", keyValueHeads, $"a divisor of num_attention_heads, which is {heads}");
        }

        if (!file.Has("head_dim") && type != "qwen3" && hidden % heads != 0)
        {
            throw file.Wrong("num_attention_heads", heads, $"a divisor of hidden_size, which is {hidden}, or head_dim must be given");
        }

        int headDim = file.Count("head_dim", type == "qwen3" ? 128 : hidden / heads);
        if (headDim % 2 != 0)
        {
            throw file.Wrong("head_dim", headDim, "even: the rotary embedding turns pairs");
        }

        bool llamaBias = type != "qwen2" && file.Flag("attention_bias", false);
        (double theta, RopeScaling? scaling) = RopeReader.Read(file, ignoreKeys);
        int vocabulary = file.Count("vocab_size");
        IReadOnlyList<int>? ends = EndTokens(file, vocabulary);
        double epsilon = file.Number("rms_norm_eps", 1e-6);
        if (epsilon < 0)
        {
            throw file.Wrong("rms_norm_eps", epsilon, "0 or above");
        }

        (string[] architectures, HeadFacts head) = ArchitectureReader.Read(file, ignoreKeys);
        CausalLmConfig config = new()
        {
            ModelType = type,
            HiddenSize = hidden,
            Layers = layers,
            Heads = heads,
            KeyValueHeads = keyValueHeads,
            HeadDim = headDim,
            IntermediateSize = file.Count("intermediate_size"),
            VocabularySize = vocabulary,
            MaxPositions = file.Count("max_position_embeddings", type == "llama" ? 2048 : 32768),
            RmsNormEps = epsilon,
            RopeTheta = theta,
            RopeScaling = scaling,
            TieWordEmbeddings = file.Flag("tie_word_embeddings", false),
            AttentionBias = type == "qwen2" || llamaBias,
            OutputBias = llamaBias,
            MlpBias = type == "llama" && file.Flag("mlp_bias", false),
            QueryKeyNorm = type == "qwen3",
            EosTokenIds = GenerationEos(folder, vocabulary) ?? ends ?? [],
            PadTokenId = file.Token("pad_token_id"),
            BosTokenId = file.Token("bos_token_id"),
            NumLabels = head.Labels ?? 0,
            Architectures = architectures,
            Head = head,
        };
        ConfigKeys.RefuseUnknown(file, ignoreKeys);
        return config;
    }

    private static void RefuseVariants(JsonFile file, string type, int layers)
    {
        if (file.Text("hidden_act") is { } activation && activation is not ("silu" or "swish"))
        {
            throw file.Wrong("hidden_act", activation, "silu");
        }

        if (file.Find("quantization_config") is { } quantised)
        {
            throw file.Wrong(
                "quantization_config",
                quantised,
                "absent: quantised weights are not supported; save the model in bfloat16 or float32"
            );
        }

        if (type != "llama" && file.Flag("mlp_bias", false))
        {
            throw file.Wrong("mlp_bias", true, $"false: {type} has no such bias");
        }

        RefuseSlidingWindows(file, type, layers);
    }

    private static void RefuseSlidingWindows(JsonFile file, string type, int layers)
    {
        const string needed = "full attention in every layer: sliding windows are not supported";
        if (file.Find("layer_types") is { } types)
        {
            if (types.ValueKind != JsonValueKind.Array || types.GetArrayLength() != layers)
            {
                throw file.Wrong("layer_types", types, $"a list of {layers} types, one for each of num_hidden_layers");
            }

            if (types.EnumerateArray().Any(l => l.ToString() != "full_attention"))
            {
                throw file.Wrong("layer_types", types, needed);
            }

            return;
        }

        // Qwen lets the layers from max_window_layers on slide.
        bool slides = file.Flag("use_sliding_window", type == "llama" && file.Has("sliding_window"));
        if (slides && file.Has("sliding_window") && (type == "llama" || Fixed(file) < layers))
        {
            throw file.Wrong("sliding_window", file.Find("sliding_window"), needed);
        }
    }

    private static double Fixed(JsonFile file) => file.Number("max_window_layers", DefaultMaxWindowLayers);

    private static IReadOnlyList<int>? GenerationEos(string folder, int vocabulary)
    {
        string path = Path.Combine(folder, GenerationFile);
        if (!File.Exists(path))
        {
            return null;
        }

        using JsonFile file = JsonFile.Open(path);
        return EndTokens(file, vocabulary);
    }

    // A token outside the vocabulary could never be drawn, and is an index error where it is fed.
    private static IReadOnlyList<int>? EndTokens(JsonFile file, int vocabulary)
    {
        IReadOnlyList<int>? tokens = file.Tokens("eos_token_id");
        return tokens?.FirstOrDefault(t => t >= vocabulary, -1) is { } outside and >= 0
            ? throw file.Wrong("eos_token_id", outside, $"below vocab_size, which is {vocabulary}")
            : tokens;
    }
}
