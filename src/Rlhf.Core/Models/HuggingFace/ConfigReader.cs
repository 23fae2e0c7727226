using System.Globalization;
using System.Text.Json;

namespace Rlhf.Models.HuggingFace;

/// <summary>
/// Reads config.json, in the keys of transformers 4 (<c>rope_theta</c>, <c>rope_scaling</c>) and 5 (<c>rope_parameters</c>).
/// </summary>
internal static class ConfigReader
{
    private static readonly string[] ModelTypes = ["llama", "qwen2", "qwen3"];

    // What a list of labels that is not there means in transformers.
    private const int DefaultLabels = 2;

    public static CausalLmConfig Read(string folder)
    {
        using JsonFile file = JsonFile.Open(Path.Combine(folder, "config.json"));
        string type = file.Text("model_type") ?? throw file.Missing("model_type");
        if (!ModelTypes.Contains(type))
        {
            throw file.Wrong("model_type", type, $"one of {string.Join(", ", ModelTypes)}, the architectures that are supported");
        }

        RefuseVariants(file, type);
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
        (double theta, RopeScaling? scaling) = Rope(file);
        return new()
        {
            ModelType = type,
            HiddenSize = hidden,
            Layers = file.Count("num_hidden_layers"),
            Heads = heads,
            KeyValueHeads = keyValueHeads,
            HeadDim = headDim,
            IntermediateSize = file.Count("intermediate_size"),
            VocabularySize = file.Count("vocab_size"),
            MaxPositions = file.Count("max_position_embeddings", type == "llama" ? 2048 : 32768),
            RmsNormEps = file.Number("rms_norm_eps", 1e-6),
            RopeTheta = theta,
            RopeScaling = scaling,
            TieWordEmbeddings = file.Flag("tie_word_embeddings", false),
            AttentionBias = type == "qwen2" || llamaBias,
            OutputBias = llamaBias,
            MlpBias = type == "llama" && file.Flag("mlp_bias", false),
            QueryKeyNorm = type == "qwen3",
            EosTokenIds = GenerationEos(folder) ?? file.Tokens("eos_token_id") ?? [],
            PadTokenId = file.Token("pad_token_id"),
            BosTokenId = file.Token("bos_token_id"),
            NumLabels = Labels(file),
        };
    }

    private static void RefuseVariants(JsonFile file, string type)
    {
        if (file.Text("hidden_act") is { } activation && activation is not ("silu" or "swish"))
        {
            throw file.Wrong("hidden_act", activation, "silu");
        }

        if (file.Has("quantization_config"))
        {
            throw file.Wrong(
                "quantization_config",
                "given",
                "absent: quantised weights are not supported; save the model in bfloat16 or float32"
            );
        }

        bool slides = file.Flag("use_sliding_window", type == "llama" && file.Has("sliding_window"));
        bool layersSlide =
            file.Find("layer_types") is { ValueKind: JsonValueKind.Array } layers
            && layers.EnumerateArray().Any(l => l.ToString() != "full_attention");
        if ((slides && file.Has("sliding_window")) || layersSlide)
        {
            throw file.Wrong(
                layersSlide ? "layer_types" : "sliding_window",
                file.Find(layersSlide ? "layer_types" : "sliding_window"),
                "full attention in every layer: sliding windows are not supported"
            );
        }

        if (file.Number("partial_rotary_factor", 1) != 1)
        {
            throw file.Wrong("partial_rotary_factor", file.Find("partial_rotary_factor"), "1");
        }
    }

    private static (double Theta, RopeScaling? Scaling) Rope(JsonFile file)
    {
        JsonFile? rope = file.Section("rope_parameters") ?? file.Section("rope_scaling");
        double theta = rope?.Has("rope_theta") == true ? rope.Number("rope_theta", 0) : file.Number("rope_theta", 10_000);
        if (theta <= 0)
        {
            throw file.Wrong("rope_theta", theta.ToString(CultureInfo.InvariantCulture), "above 0");
        }

        string kind = rope?.Text("rope_type") ?? rope?.Text("type") ?? "default";
        return kind switch
        {
            "default" => (theta, null),
            "llama3" => (theta, Llama3(rope!, file)),
            _ => throw rope!.Wrong("rope_type", kind, "default or llama3, the scalings that are supported"),
        };
    }

    private static RopeScaling Llama3(JsonFile rope, JsonFile file)
    {
        double Required(string key) => rope.Has(key) ? rope.Number(key, 0) : throw rope.Missing(key);
        var scaling = new RopeScaling(
            Required("factor"),
            Required("low_freq_factor"),
            Required("high_freq_factor"),
            rope.Count(
                "original_max_position_embeddings",
                file.Has("original_max_position_embeddings") ? file.Count("original_max_position_embeddings") : null
            )
        );
        return scaling.Factor >= 1 && scaling.LowFreqFactor > 0 && scaling.HighFreqFactor > scaling.LowFreqFactor
            ? scaling
            : throw rope.Wrong("factor", scaling, "such that factor ≥ 1 and 0 < low_freq_factor < high_freq_factor");
    }

    private static int Labels(JsonFile file)
    {
        bool classifies =
            file.Find("architectures") is { ValueKind: JsonValueKind.Array } names
            && names.EnumerateArray().Any(n => n.ToString().EndsWith("ForSequenceClassification", StringComparison.Ordinal));
        if (!classifies)
        {
            return 0;
        }

        return file.Find("id2label") is { ValueKind: JsonValueKind.Object } labels
            ? labels.EnumerateObject().Count()
            : file.Count("num_labels", DefaultLabels);
    }

    private static IReadOnlyList<int>? GenerationEos(string folder)
    {
        string path = Path.Combine(folder, "generation_config.json");
        if (!File.Exists(path))
        {
            return null;
        }

        using JsonFile file = JsonFile.Open(path);
        return file.Tokens("eos_token_id");
    }
}
