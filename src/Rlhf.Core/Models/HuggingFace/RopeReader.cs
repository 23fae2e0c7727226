using System.Text.Json;

namespace Rlhf.Models;

/// <summary>
/// Reads the rotary embedding's base and scaling: <c>rope_theta</c> and <c>rope_scaling</c> of transformers 4, <c>rope_parameters</c> of
/// transformers 5, flat or nested by layer type, or both beside each other as converted files have them. What contradicts is refused.
/// </summary>
internal static class RopeReader
{
    private const double DefaultTheta = 10_000;
    private const string FullAttention = "full_attention";

    private static readonly string[] LayerTypes = [FullAttention, "sliding_attention", "chunked_attention", "linear_attention"];

    private static readonly string[] Keys =
    [
        "rope_type",
        "type",
        "rope_theta",
        "factor",
        "low_freq_factor",
        "high_freq_factor",
        "original_max_position_embeddings",
        "partial_rotary_factor",
    ];

    public static (double Theta, RopeScaling? Scaling) Read(JsonFile file, IReadOnlyCollection<string> admitted)
    {
        RefusePartial(file);
        JsonFile? parameters = Section(file, "rope_parameters"),
            scaling = Section(file, "rope_scaling");
        Part? newer = parameters is null ? null : Parse(parameters, file, admitted),
            older = scaling is null ? null : Parse(scaling, file, admitted);
        double? theta = null;
        foreach (
            (JsonFile? section, double? given) in ((JsonFile?, double?)[])
                [(parameters, newer?.Theta), (scaling, older?.Theta), (file, Theta(file))]
        )
        {
            if (theta is { } before && given is { } other && before != other)
            {
                throw section!.Wrong("rope_theta", other, $"the same wherever it is given; elsewhere in the file it is {before:R}");
            }

            theta ??= given;
        }

        if (newer?.Scaling is { } first && older?.Scaling is { } second && first != second)
        {
            throw file.Wrong("rope_scaling", file.Find("rope_scaling"), "the same scaling as rope_parameters, or absent");
        }

        return (theta ?? DefaultTheta, older?.Scaling ?? newer?.Scaling);
    }

    // An empty object says as little as none.
    private static JsonFile? Section(JsonFile file, string key)
    {
        JsonFile? section = file.Section(key);
        if (section is null || !section.Members.Any())
        {
            return null;
        }

        if (!section.Members.Any(m => m.Value.ValueKind == JsonValueKind.Object))
        {
            return section;
        }

        if (section.Members.Select(m => m.Key).FirstOrDefault(k => !LayerTypes.Contains(k)) is { } other)
        {
            throw section.Wrong(other, section.Find(other), $"inside one of the layer types beside it ({string.Join(", ", LayerTypes)})");
        }

        // Every layer attends fully, as the caller has checked, so the other types' parameters belong to no layer.
        return section.Section(FullAttention) ?? throw section.Missing(FullAttention);
    }

    private static double? Theta(JsonFile section)
    {
        if (!section.Has("rope_theta"))
        {
            return null;
        }

        double theta = section.Number("rope_theta", 0);
        return theta > 0 ? theta : throw section.Wrong("rope_theta", theta, "above 0");
    }

    private static void RefusePartial(JsonFile section)
    {
        if (section.Number("partial_rotary_factor", 1) != 1)
        {
            throw section.Wrong(
                "partial_rotary_factor",
                section.Find("partial_rotary_factor"),
                "1: rotating a part of a head is not supported"
            );
        }
    }

    private static Part Parse(JsonFile section, JsonFile file, IReadOnlyCollection<string> admitted)
    {
        string? type = section.Text("rope_type"),
            older = section.Text("type");
        if (type is not null && older is not null && type != older)
        {
            throw section.Wrong("type", older, $"the same as rope_type, which is {type}");
        }

        string kind = type ?? older ?? "default";
        if (kind is not ("default" or "llama3"))
        {
            throw section.Wrong(type is null ? "type" : "rope_type", kind, "default or llama3, the scalings that are supported");
        }

        ConfigKeys.RefuseUnknown(section, Keys, admitted);
        RefusePartial(section);
        if (kind == "llama3")
        {
            return new(Theta(section), Llama3(section, file));
        }

        // Parameters of a scaling without the scaling's name: to drop them would be another model.
        bool bare = type is null && older is null;
        foreach (string key in (string[])["factor", "low_freq_factor", "high_freq_factor"])
        {
            if (section.Has(key) && (key != "factor" || bare || section.Number(key, 1) != 1))
            {
                throw bare
                    ? new ModelFormatException(
                        $"{section.Path}: {section.FullName(key)} is {JsonFile.Quoted(section.Find(key))}, but {section.FullName("rope_type")} is missing; name the scaling that it belongs to."
                    )
                    : section.Wrong(key, section.Find(key), "absent, since rope_type is default");
            }
        }

        return new(Theta(section), null);
    }

    private static RopeScaling Llama3(JsonFile rope, JsonFile file)
    {
        double Required(string key) => rope.Has(key) ? rope.Number(key, 0) : throw rope.Missing(key);
        const string length = "original_max_position_embeddings";
        int? outside = file.Has(length) ? file.Count(length) : null;
        int original = rope.Count(length, outside);
        if (outside is { } other && other != original)
        {
            throw rope.Wrong(length, original, $"the same as outside the section, where it is {other}");
        }

        var scaling = new RopeScaling(Required("factor"), Required("low_freq_factor"), Required("high_freq_factor"), original);
        return scaling.Factor >= 1 && scaling.LowFreqFactor > 0 && scaling.HighFreqFactor > scaling.LowFreqFactor
            ? scaling
            : throw rope.Wrong("factor", scaling, "such that factor ≥ 1 and 0 < low_freq_factor < high_freq_factor");
    }

    private sealed record Part(double? Theta, RopeScaling? Scaling);
}
