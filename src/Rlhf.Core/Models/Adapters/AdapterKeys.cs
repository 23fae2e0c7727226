using System.Text.Json;

namespace Rlhf.Models;

/// <summary>What becomes of every key of adapter_config.json: read, known to change nothing, or refused by name with its value.</summary>
internal static class AdapterKeys
{
    private static readonly HashSet<string> Read =
    [
        "alpha_pattern",
        "bias",
        "exclude_modules",
        "init_lora_weights",
        "layers_pattern",
        "layers_to_transform",
        "lora_alpha",
        "modules_to_save",
        "peft_type",
        "r",
        "rank_pattern",
        "target_modules",
        "task_type",
        "use_rslora",
    ];

    // Where the adapter came from and how it was trained; sizes of variants that their own switches turn on.
    private static readonly HashSet<string> Harmless =
    [
        "auto_mapping",
        "base_model_name_or_path",
        "eva_config",
        "inference_mode",
        "lora_dropout",
        "lorap_emb_lr",
        "lorap_lr_ratio",
        "megatron_core",
        "peft_version",
        "qalora_group_size",
        "revision",
        "runtime_config",
    ];

    // Why some are refused, where a user can do something about it.
    private static readonly Dictionary<string, string> Reasons = new(StringComparer.Ordinal)
    {
        ["use_dora"] = "DoRA also scales the base's weights",
        ["use_qalora"] = "the adapter reads pooled inputs",
        ["use_bdlora"] = "the adapter's factors are block-diagonal",
        ["lora_bias"] = "the adapter has biases",
        ["fan_in_fan_out"] = "the base's weights are transposed",
        ["alora_invocation_tokens"] = "the adapter is active from these tokens on only",
        ["layer_replication"] = "the base's layers are stacked anew",
        ["ensure_weight_tying"] = "embedding and head share what was trained",
        ["trainable_token_indices"] = "rows of the embedding were trained",
        ["target_parameters"] = "parameters without a module were trained",
        ["kasa_config"] = "the base's weights were truncated",
        ["corda_config"] = "the base's weights were changed on initialisation",
        ["lora_ga_config"] = "the base's weights were changed on initialisation",
        ["loftq_config"] = "the base's weights were changed on initialisation",
    };

    /// <summary>Throws at the first key that is neither read nor harmless and whose value does not say "none".</summary>
    /// <exception cref="ModelFormatException">There is one.</exception>
    public static void RefuseUnknown(JsonFile file)
    {
        foreach ((string key, JsonElement value) in file.Members)
        {
            if (!Read.Contains(key) && !Harmless.Contains(key) && !SaysNone(value))
            {
                string why = Reasons.TryGetValue(key, out string? reason) ? reason : "this kind of adapter is not known here";
                throw new ModelFormatException(
                    $"{file.Path}: {key} is {JsonFile.Quoted(value)}; {why}, so loading it as plain LoRA would be another model. Merge the adapter with the library that trained it and load the merged model."
                );
            }
        }
    }

    private static bool SaysNone(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.False => true,
            JsonValueKind.Object => !value.EnumerateObject().Any(),
            JsonValueKind.Array => value.GetArrayLength() == 0,
            _ => false,
        };
}
