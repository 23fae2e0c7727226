using System.Text.Json;
using Rlhf.Json;

namespace Rlhf.Models;

/// <summary>The safetensors files of a Hugging Face folder: one, or shards with an index.</summary>
internal static class WeightFiles
{
    private const string SingleFile = "model.safetensors";
    private const string IndexFile = "model.safetensors.index.json";
    private const string AdapterFile = "adapter_config.json";

    /// <summary>Their paths.</summary>
    /// <exception cref="ModelFormatException">There are none, the index is broken, or the folder is an adapter's.</exception>
    public static IReadOnlyList<string> Of(string folder)
    {
        string single = Path.Combine(folder, SingleFile),
            index = Path.Combine(folder, IndexFile);

        // Transformers would load the adapter's base from elsewhere and put the adapter on it.
        if (File.Exists(Path.Combine(folder, AdapterFile)))
        {
            throw new ModelFormatException(
                $"{Path.Combine(folder, AdapterFile)}: the folder holds an adapter; a model is loaded from a folder without one. Load the model's own folder and then the adapter, or merge them."
            );
        }

        if (File.Exists(single))
        {
            return [single];
        }

        if (!File.Exists(index))
        {
            string[] others =
            [
                .. Directory
                    .EnumerateFiles(folder)
                    .Select(f => Path.GetFileName(f))
                    .Where(f => Path.GetExtension(f) is ".bin" or ".gguf" or ".pt" or ".pth" or ".safetensors")
                    .Order(StringComparer.Ordinal)
                    .Take(3),
            ];
            string found = others.Length > 0 ? $" There is {string.Join(", ", others)}." : "";
            throw new ModelFormatException(
                $"{folder}: there is neither {SingleFile} nor {IndexFile}.{found} Weights in other formats (pytorch_model.bin, GGUF) must be converted first."
            );
        }

        return Shards(folder, index);
    }

    private static string[] Shards(string folder, string index)
    {
        using JsonFile file = JsonFile.Open(index);
        JsonElement map = file.Find("weight_map") ?? throw file.Missing("weight_map");
        if (map.ValueKind != JsonValueKind.Object)
        {
            throw file.Wrong("weight_map", map, "an object");
        }

        string[] names =
        [
            .. map.EnumerateObject().Select(p => p.Value.ToString()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
        foreach (string name in names)
        {
            if (name != Path.GetFileName(name) || !File.Exists(Path.Combine(folder, name)))
            {
                throw new ModelFormatException($"{index}: it names the shard '{JsonText.Quote(name)}', which is not in the folder.");
            }
        }

        return [.. names.Select(n => Path.Combine(folder, n))];
    }
}
