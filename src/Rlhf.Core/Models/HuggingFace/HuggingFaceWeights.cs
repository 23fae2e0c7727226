using System.Text.Json;
using Rlhf.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Models.HuggingFace;

/// <summary>The weights of a Hugging Face folder, in one safetensors file or in shards with an index.</summary>
internal sealed class HuggingFaceWeights : IDisposable
{
    private const string SingleFile = "model.safetensors";
    private const string IndexFile = "model.safetensors.index.json";

    private readonly Dictionary<string, SafetensorsFile> _fileOf;
    private readonly IReadOnlyList<SafetensorsFile> _files;

    private HuggingFaceWeights(IReadOnlyList<SafetensorsFile> files, Dictionary<string, SafetensorsFile> fileOf)
    {
        (_files, _fileOf) = (files, fileOf);
    }

    /// <summary>Opens the files and checks names, types and shapes; values are checked when they are read.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="expected">Every parameter's name and shape.</param>
    /// <exception cref="ModelFormatException">A file or tensor is missing, unexpected or of another shape or type.</exception>
    public static HuggingFaceWeights Open(string folder, IReadOnlyList<(string Name, long[] Shape)> expected)
    {
        List<SafetensorsFile> files = [];
        try
        {
            Dictionary<string, SafetensorsFile> fileOf = new(StringComparer.Ordinal);
            foreach (string path in FilesOf(folder))
            {
                SafetensorsFile file = SafetensorsFile.Open(path);
                files.Add(file);
                foreach (string name in file.Names)
                {
                    if (!fileOf.TryAdd(name, file))
                    {
                        throw new ModelFormatException($"{path}: tensor '{name}' is in {Path.GetFileName(fileOf[name].FilePath)}, too.");
                    }
                }
            }

            CheckTensors(folder, fileOf, expected);
            return new(files, fileOf);
        }
        catch (Exception e)
        {
            files.ForEach(f => f.Dispose());
            if (e is SafetensorsException or FileNotFoundException)
            {
                throw new ModelFormatException(e.Message, e);
            }

            throw;
        }
    }

    /// <summary>Reads one tensor.</summary>
    /// <exception cref="ModelFormatException">It holds a value that is not finite.</exception>
    public Tensor Read(string name, Device device, ScalarType type)
    {
        try
        {
            return _fileOf[name].Read(name, device, type, requireFinite: true);
        }
        catch (SafetensorsException e)
        {
            throw new ModelFormatException(e.Message, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SafetensorsFile file in _files)
        {
            file.Dispose();
        }
    }

    private static IReadOnlyList<string> FilesOf(string folder)
    {
        string single = Path.Combine(folder, SingleFile),
            index = Path.Combine(folder, IndexFile);
        if (File.Exists(single))
        {
            return [single];
        }

        if (!File.Exists(index))
        {
            throw new ModelFormatException(
                $"{folder}: there is neither {SingleFile} nor {IndexFile}. Weights in other formats (pytorch_model.bin, GGUF) must be converted first."
            );
        }

        using JsonFile file = JsonFile.Open(index);
        JsonElement map = file.Find("weight_map") ?? throw file.Missing("weight_map");
        if (map.ValueKind != JsonValueKind.Object)
        {
            throw file.Wrong("weight_map", map.ValueKind, "an object");
        }

        string[] names =
        [
            .. map.EnumerateObject().Select(p => p.Value.ToString()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
        foreach (string name in names)
        {
            if (name != Path.GetFileName(name) || !File.Exists(Path.Combine(folder, name)))
            {
                throw new ModelFormatException($"{index}: it names the shard '{name}', which is not in the folder.");
            }
        }

        return [.. names.Select(n => Path.Combine(folder, n))];
    }

    private static void CheckTensors(
        string folder,
        Dictionary<string, SafetensorsFile> fileOf,
        IReadOnlyList<(string Name, long[] Shape)> expected
    )
    {
        foreach ((string name, long[] shape) in expected)
        {
            if (!fileOf.TryGetValue(name, out SafetensorsFile? file))
            {
                throw new ModelFormatException(
                    $"{folder}: tensor '{name}' is missing; config.json needs it with shape [{string.Join(',', shape)}]."
                );
            }

            SafetensorsEntry entry = file.Entry(name);
            if (!entry.Shape.SequenceEqual(shape))
            {
                throw new ModelFormatException(
                    $"{file.FilePath}: tensor '{name}' has shape [{string.Join(',', entry.Shape)}]; config.json needs [{string.Join(',', shape)}]."
                );
            }

            if (entry.Type is not (ScalarType.Float64 or ScalarType.Float32 or ScalarType.BFloat16 or ScalarType.Float16))
            {
                throw new ModelFormatException($"{file.FilePath}: tensor '{name}' has type {entry.Type}; weights are floating point.");
            }
        }

        HashSet<string> known = [.. expected.Select(e => e.Name)];
        if (fileOf.Keys.Where(n => !known.Contains(n) && !IsLeftover(n)).Order(StringComparer.Ordinal).FirstOrDefault() is { } unexpected)
        {
            throw new ModelFormatException(
                $"{fileOf[unexpected].FilePath}: tensor '{unexpected}' belongs to no layer that config.json describes."
            );
        }
    }

    // Older checkpoints carry rotary tables, tied ones sometimes a copy of the embedding as head.
    private static bool IsLeftover(string name) =>
        name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal) || name == "lm_head.weight";
}
