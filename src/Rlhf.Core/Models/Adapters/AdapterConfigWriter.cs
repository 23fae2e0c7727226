using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rlhf.Models;

/// <summary>Writes adapter_config.json so that PEFT attaches what was attached.</summary>
internal static class AdapterConfigWriter
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <param name="config">Ranks and scales.</param>
    /// <param name="targets">What was attached. PEFT attaches nothing for an empty list.</param>
    /// <param name="path">The file.</param>
    public static void Write(AdapterConfig config, IReadOnlyList<string> targets, string path)
    {
        JsonObject json = new()
        {
            ["peft_type"] = "LORA",
            ["task_type"] = "CAUSAL_LM",
            ["r"] = config.Rank,
            ["lora_alpha"] = config.Alpha,
            ["lora_dropout"] = 0.0,
            ["bias"] = "none",
            ["fan_in_fan_out"] = false,
            ["inference_mode"] = true,
            ["init_lora_weights"] = true,
            ["use_rslora"] = config.RankStabilised,
            ["use_dora"] = false,
            ["base_model_name_or_path"] = null,
            ["target_modules"] = Names(targets),
            ["modules_to_save"] = config.ModulesToSave.Count == 0 ? null : Names(config.ModulesToSave),
            ["rank_pattern"] = new JsonObject(config.Ranks.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))),
            ["alpha_pattern"] = new JsonObject(config.Alphas.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))),
        };
        File.WriteAllText(path, json.ToJsonString(Indented));
    }

    private static JsonArray Names(IReadOnlyList<string> names) => new([.. names.Select(n => JsonValue.Create(n))]);
}
