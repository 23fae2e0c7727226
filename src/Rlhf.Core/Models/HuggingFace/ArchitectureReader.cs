using System.Text.Json;

namespace Rlhf.Models;

/// <summary>
/// Reads what config.json says about the class that wrote the model, and about the head that a classifier or reward model has.
/// </summary>
internal static class ArchitectureReader
{
    // What may follow the family's name, as in LlamaForCausalLM; PrmModel is Skywork's.
    private static readonly string[] Kinds =
    [
        "ForCausalLM",
        "ForSequenceClassification",
        "ForTokenClassification",
        "ForRewardModel",
        "ForProcessRewardModel",
        "ForPrmModel",
        "ForCausalLMWithValueHead",
        "ForSequenceRegression",
        "Model",
    ];

    private static readonly string[] Families = ["Llama", "LLaMA", "Qwen2", "Qwen3"];

    // Classes of OpenRLHF, TRL and PEFT, whatever the family.
    private static readonly string[] Others =
    [
        "RewardModel",
        "CriticModel",
        "LLMForSequenceRegression",
        "AutoModelForCausalLMWithValueHead",
        "PeftModelForCausalLM",
    ];

    // Qwen's and Skywork's own code is a head on the known trunk.
    private static readonly string[] KnownCode = ["Qwen2ForRewardModel", "Qwen2ForProcessRewardModel", "Qwen2ForPrmModel"];

    private static readonly string[] PositiveNames = ["correct", "positive", "good", "true", "yes", "right", "+", "label_good"];

    /// <summary>Reads the class names and the head.</summary>
    /// <exception cref="ModelFormatException">The class is not known, or its code is the folder's own.</exception>
    public static (string[] Architectures, HeadFacts Head) Read(JsonFile file, IReadOnlyCollection<string> admitted)
    {
        string[] names = Names(file);
        if (names.FirstOrDefault(n => !IsKnown(n)) is { } unknown && !admitted.Contains("architectures"))
        {
            throw file.Wrong(
                "architectures",
                unknown,
                $"a class such as {Families[0]}{Kinds[0]} or {Families[0]}{Kinds[1]}; if it computes the same, list architectures in ignoreKeys"
            );
        }

        if (
            file.Find("auto_map") is { ValueKind: JsonValueKind.Object } map
            && map.EnumerateObject().Any(p => p.Name != "AutoTokenizer")
            && !names.Any(KnownCode.Contains)
            && !admitted.Contains("auto_map")
        )
        {
            throw file.Wrong(
                "auto_map",
                map,
                "absent: the model has code of its own, which is not run here; if that computes the same, list auto_map in ignoreKeys"
            );
        }

        // transformers gives every configuration two labels, a language model's, too.
        bool classifies = !names.Any(n => n.EndsWith("ForCausalLM", StringComparison.Ordinal));
        return (names, new(classifies ? Labels(file) : null, PositiveLabel(file), file.Text("value_head_prefix"), Normalisation(file)));
    }

    private static string[] Names(JsonFile file) =>
        file.Find("architectures") switch
        {
            null => [],
            { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(Name)],
            { } other => throw file.Wrong("architectures", other, "a list of class names"),
        };

    // FSDP's wrapper puts its name in front.
    private static string Name(JsonElement element)
    {
        string name = element.ToString();
        return name.StartsWith("FSDP", StringComparison.Ordinal) ? name[4..] : name;
    }

    private static bool IsKnown(string name) =>
        Others.Contains(name)
        || Families.Any(f => name.StartsWith(f, StringComparison.Ordinal) && Kinds.Contains(name[f.Length..], StringComparer.Ordinal));

    private static int? Labels(JsonFile file)
    {
        int? named = file.Find("id2label") switch
        {
            null => null,
            { ValueKind: JsonValueKind.Object } labels => labels.EnumerateObject().Count(),
            { } other => throw file.Wrong("id2label", other, "an object"),
        };
        int? counted = file.Has("num_labels") ? file.Count("num_labels") : null;
        return named is { } n && counted is { } c && n != c
            ? throw file.Wrong("num_labels", c, $"the number of labels in id2label, which is {n}")
            : named ?? counted;
    }

    private static int PositiveLabel(JsonFile file)
    {
        bool Positive(string id) =>
            file.Section("id2label")?.Find(id) is { ValueKind: JsonValueKind.String } name
            && PositiveNames.Contains(name.GetString()!.Trim(), StringComparer.OrdinalIgnoreCase);
        return Positive("0") && !Positive("1") ? 0 : 1;
    }

    // OpenRLHF's: a score is (x − mean)/std where normalize_reward is set.
    private static (double Mean, double Deviation)? Normalisation(JsonFile file)
    {
        if (!file.Flag("normalize_reward", false))
        {
            return null;
        }

        double mean = file.Number("mean", 0),
            deviation = file.Number("std", 1);
        return deviation > 0 ? (mean, deviation) : throw file.Wrong("std", deviation, "above 0");
    }
}

/// <summary>What config.json says about a head with few outputs.</summary>
/// <param name="Labels">Its outputs; null where the file does not say.</param>
/// <param name="Positive">Which of two labels means "right".</param>
/// <param name="Prefix">The name of its tensors, as OpenRLHF writes it; null where the file does not say.</param>
/// <param name="Normalisation">Mean and deviation that scores are normalised with, or null.</param>
internal sealed record HeadFacts(int? Labels, int Positive, string? Prefix, (double Mean, double Deviation)? Normalisation);
