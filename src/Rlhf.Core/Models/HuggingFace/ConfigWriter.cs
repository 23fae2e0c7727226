using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rlhf.Models;

/// <summary>Writes config.json in keys that transformers 4 and 5 both read.</summary>
internal static class ConfigWriter
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Write(CausalLmConfig config, string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        string family = config.ModelType switch
        {
            "qwen2" => "Qwen2",
            "qwen3" => "Qwen3",
            _ => "Llama",
        };
        JsonNode? eos = config.EosTokenIds switch
        {
            [] => null,
            [var single] => single,
            _ => new JsonArray([.. config.EosTokenIds.Select(id => JsonValue.Create(id))]),
        };
        JsonObject json = new()
        {
            ["architectures"] = new JsonArray(family + (config.NumLabels > 0 ? "ForSequenceClassification" : "ForCausalLM")),
            ["model_type"] = config.ModelType,
            ["hidden_size"] = config.HiddenSize,
            ["num_hidden_layers"] = config.Layers,
            ["num_attention_heads"] = config.Heads,
            ["num_key_value_heads"] = config.KeyValueHeads,
            ["head_dim"] = config.HeadDim,
            ["intermediate_size"] = config.IntermediateSize,
            ["vocab_size"] = config.VocabularySize,
            ["max_position_embeddings"] = config.MaxPositions,
            ["rms_norm_eps"] = config.RmsNormEps,
            ["rope_theta"] = config.RopeTheta,
            ["rope_scaling"] = config.RopeScaling is { } scaling
                ? new JsonObject
                {
                    ["rope_type"] = "llama3",
                    ["factor"] = scaling.Factor,
                    ["low_freq_factor"] = scaling.LowFreqFactor,
                    ["high_freq_factor"] = scaling.HighFreqFactor,
                    ["original_max_position_embeddings"] = scaling.OriginalMaxPositions,
                }
                : null,
            ["tie_word_embeddings"] = config.TieWordEmbeddings,
            ["hidden_act"] = "silu",
            ["bos_token_id"] = config.BosTokenId,
            ["eos_token_id"] = eos?.DeepClone(),
            ["pad_token_id"] = config.PadTokenId,
        };
        if (config.ModelType != "qwen2")
        {
            json["attention_bias"] = config.AttentionBias;
        }

        if (config.ModelType == "llama")
        {
            json["mlp_bias"] = config.MlpBias;
        }
        else
        {
            json["use_sliding_window"] = false;
        }

        if (config.NumLabels > 0)
        {
            json["id2label"] = new JsonObject([
                .. Enumerable.Range(0, config.NumLabels).Select(i => KeyValuePair.Create($"{i}", (JsonNode?)$"LABEL_{i}")),
            ]);
        }

        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), json.ToJsonString(Indented));
        JsonObject generation = new() { ["eos_token_id"] = eos, ["pad_token_id"] = config.PadTokenId };
        File.WriteAllText(Path.Combine(folder, "generation_config.json"), generation.ToJsonString(Indented));
    }
}
