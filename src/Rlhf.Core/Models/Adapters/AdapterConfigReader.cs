using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rlhf.Models;

/// <summary>Reads adapter_config.json as PEFT writes it; refuses by key and value what would make another model of plain LoRA.</summary>
internal static class AdapterConfigReader
{
    // PEFT's targets of Llama and Qwen where the file names none.
    private static readonly string[] DefaultTargets = ["q_proj", "v_proj"];

    // Those that leave the base as it is; the others subtract from it what the adapter begins with.
    private static readonly string[] PlainStarts = ["gaussian", "eva", "orthogonal", "mica"];

    private static readonly string[] Whole = ["lm_head", "embed_tokens", "model.embed_tokens"];

    /// <summary>Reads the file.</summary>
    /// <exception cref="ModelFormatException">It is no plain LoRA adapter of a language model.</exception>
    public static AdapterConfig Read(string path)
    {
        using JsonFile file = JsonFile.Open(path);
        if ((file.Text("peft_type") ?? throw file.Missing("peft_type")) is var kind && kind != "LORA")
        {
            throw file.Wrong("peft_type", kind, "LORA, the only kind of adapter that is supported");
        }

        if (file.Text("task_type") is { } task && task != "CAUSAL_LM")
        {
            throw file.Wrong("task_type", task, "CAUSAL_LM: the adapter belongs to another kind of model");
        }

        RefuseStart(file);
        if (file.Text("bias") is { } bias && bias != "none")
        {
            throw file.Wrong("bias", bias, "none: the base's biases were trained, too; merge the adapter and load the merged model");
        }

        AdapterKeys.RefuseUnknown(file);
        return new()
        {
            Rank = file.Count("r"),
            Alpha = file.Has("lora_alpha") ? file.Number("lora_alpha", 0) : throw file.Missing("lora_alpha"),
            RankStabilised = file.Flag("use_rslora", false),
            Ranks = [.. Patterns(file, "rank_pattern").Select(p => (p.Key, p.Pattern, p.Section.Count(p.Key)))],
            Alphas = [.. Patterns(file, "alpha_pattern").Select(p => (p.Key, p.Pattern, p.Section.Number(p.Key, 0)))],
            Targets = Targets(file),
            ModulesToSave = ModulesToSave(file),
        };
    }

    private static void RefuseStart(JsonFile file)
    {
        switch (file.Find("init_lora_weights"))
        {
            case null or { ValueKind: JsonValueKind.True or JsonValueKind.False }:
                return;
            case { ValueKind: JsonValueKind.String } name when PlainStarts.Contains(name.GetString()!.ToLowerInvariant()):
                return;
            case { } other:
                throw file.Wrong(
                    "init_lora_weights",
                    other,
                    $"true, false or one of {string.Join(", ", PlainStarts)}: with others the base's weights were changed before training. Convert the adapter with PEFT (save_pretrained with path_initial_model_for_weight_conversion), or merge it there and load the merged model"
                );
        }
    }

    private static IEnumerable<(string Key, Regex Pattern, JsonFile Section)> Patterns(JsonFile file, string key)
    {
        JsonFile? section = file.Section(key);
        return section is null
            ? []
            : section
                .Members.Select(m => m.Key)
                .ToArray()
                .Select(k => (k, PeftPattern.Compile(section, k, k, before: @"(?:.*\.)?"), section));
    }

    private static AdapterTargets Targets(JsonFile file)
    {
        JsonElement? modules = file.Find("target_modules"),
            excluded = file.Find("exclude_modules");
        bool isText = modules is { ValueKind: JsonValueKind.String };
        string? text = isText ? modules!.Value.GetString() : null;
        bool all = string.Equals(text, AdapterTargets.AllLinearName, StringComparison.OrdinalIgnoreCase);
        bool excludedIsText = excluded is { ValueKind: JsonValueKind.String };
        IReadOnlyList<long>? layers = Layers(file);
        if (layers is not null && isText)
        {
            throw file.Wrong("layers_to_transform", file.Find("layers_to_transform"), "absent, since target_modules is a text");
        }

        return new()
        {
            AllLinear = all,
            Pattern = isText && !all ? PeftPattern.Compile(file, "target_modules", text!) : null,
            Names =
                isText ? []
                : modules is null ? DefaultTargets
                : Texts(file, "target_modules"),
            ExcludedPattern = excludedIsText ? PeftPattern.Compile(file, "exclude_modules", excluded!.Value.GetString()!) : null,
            Excluded = excluded is null || excludedIsText ? [] : Texts(file, "exclude_modules"),
            Layers = layers,
            LayerPatterns = LayerPatterns(file),
        };
    }

    private static long[]? Layers(JsonFile file)
    {
        const string key = "layers_to_transform";
        return file.Find(key) switch
        {
            null => null,
            { ValueKind: JsonValueKind.Number } one => [Index(one)],
            { ValueKind: JsonValueKind.Array } list => list.GetArrayLength() == 0 ? null : [.. list.EnumerateArray().Select(Index)],
            { } other => throw file.Wrong(key, other, "a layer's index or a list of them"),
        };

        long Index(JsonElement element) =>
            element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long index) && index >= 0
                ? index
                : throw file.Wrong(key, element, "a layer's index or a list of them");
    }

    private static Regex[] LayerPatterns(JsonFile file)
    {
        const string key = "layers_pattern",
            index = @"\.(?<layer>[0-9]+)\.";
        string[] names = file.Find(key) switch
        {
            null => [],
            { ValueKind: JsonValueKind.String } one => one.GetString()!.Length == 0 ? [] : [one.GetString()!],
            _ => Texts(file, key),
        };
        return names.Length == 0
            ? [PeftPattern.Compile(file, key, @"[^.]*", @".*?\.", index, whole: false)]
            : [.. names.Select(n => PeftPattern.Compile(file, key, n, @".*?\.", index, whole: false))];
    }

    private static string[] ModulesToSave(JsonFile file)
    {
        const string key = "modules_to_save";
        string[] names = file.Has(key) ? Texts(file, key) : [];
        return names.FirstOrDefault(n => !Whole.Contains(n)) is { } other
            ? throw file.Wrong(key, $"[{string.Join(", ", names)}]", $"a list of lm_head and embed_tokens; {other} is not supported")
            : [.. names.Select(n => n[(n.LastIndexOf('.') + 1)..]).Distinct()];
    }

    private static string[] Texts(JsonFile file, string key)
    {
        JsonElement value = file.Find(key)!.Value;
        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(e => e.GetString()!)]
            : throw file.Wrong(key, value, "a list of names");
    }
}
