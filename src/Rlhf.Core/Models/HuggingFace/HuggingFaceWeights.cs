using Microsoft.Extensions.Logging;
using Rlhf.Json;
using Rlhf.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Models;

/// <summary>The weights of a Hugging Face folder under the names that Hugging Face's own classes give them.</summary>
internal sealed partial class HuggingFaceWeights : IDisposable
{
    private readonly string _folder;
    private readonly IReadOnlyList<SafetensorsFile> _files;
    private readonly Dictionary<string, (SafetensorsFile File, string Stored)> _tensors = new(StringComparer.Ordinal);

    private HuggingFaceWeights(string folder, IReadOnlyList<SafetensorsFile> files)
    {
        (_folder, _files) = (folder, files);
        foreach (SafetensorsFile file in files)
        {
            foreach (string stored in file.Names)
            {
                string name = TensorNames.Canonical(stored);
                if (!_tensors.TryAdd(name, (file, stored)))
                {
                    (SafetensorsFile other, string first) = _tensors[name];
                    throw new ModelFormatException(
                        $"{file.FilePath}: tensor '{stored}' is in {Path.GetFileName(other.FilePath)}, too{(first == stored ? "" : $", as '{first}'")}."
                    );
                }
            }
        }
    }

    /// <summary>Names of all tensors.</summary>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>Opens the files, reads their headers, and refuses what is no plain model.</summary>
    /// <exception cref="ModelFormatException">A file is missing or broken, or holds a quantised model or an adapter.</exception>
    public static HuggingFaceWeights Open(string folder)
    {
        List<SafetensorsFile> files = [];
        try
        {
            foreach (string path in WeightFiles.Of(folder))
            {
                files.Add(SafetensorsFile.Open(path));
            }

            HuggingFaceWeights weights = new(folder, files);
            if (weights.Names.FirstOrDefault(n => TensorNames.Foreign(n) is not null) is { } foreign)
            {
                throw weights.Unexplained(foreign);
            }

            return weights;
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

    /// <summary>Whether there is a tensor of this name.</summary>
    public bool Contains(string name) => _tensors.ContainsKey(name);

    /// <summary>A tensor's shape.</summary>
    public IReadOnlyList<long> Shape(string name) => Entry(name).Shape;

    /// <summary>The file that a tensor lies in.</summary>
    public string FileOf(string name) => _tensors[name].File.FilePath;

    /// <summary>Refuses a configuration with more layers than the files hold, before anything is made for them.</summary>
    /// <exception cref="ModelFormatException">There are fewer.</exception>
    public void RequireLayers(int layers)
    {
        HashSet<long> stored = [.. Names.Select(TensorNames.Layer).Where(l => l >= 0 && l < layers)];
        if (stored.Count < layers)
        {
            long first = 0;
            while (stored.Contains(first))
            {
                first++;
            }

            throw new ModelFormatException(
                $"{_folder}: tensor 'model.layers.{first}.input_layernorm.weight' is missing; num_hidden_layers in config.json is {layers}, the files hold {stored.Count} of them."
            );
        }
    }

    /// <summary>Refuses tensors that are missing or have another shape or no floating-point type.</summary>
    /// <exception cref="ModelFormatException">There is one.</exception>
    public void Require(IEnumerable<(string Name, long[] Shape)> expected)
    {
        foreach ((string name, long[] shape) in expected)
        {
            if (!Contains(name))
            {
                throw new ModelFormatException(
                    $"{_folder}: tensor '{name}' is missing; config.json needs it with shape [{string.Join(',', shape)}]."
                        + (name == TensorNames.Head ? " It says tie_word_embeddings false, so the head has weights of its own." : "")
                );
            }

            SafetensorsEntry entry = Entry(name);
            if (!entry.Shape.SequenceEqual(shape))
            {
                throw new ModelFormatException(
                    $"{FileOf(name)}: tensor '{name}' has shape [{string.Join(',', entry.Shape)}]; config.json needs [{string.Join(',', shape)}]."
                );
            }

            if (entry.Type is not (ScalarType.Float64 or ScalarType.Float32 or ScalarType.BFloat16 or ScalarType.Float16))
            {
                throw new ModelFormatException(
                    $"{FileOf(name)}: tensor '{name}' has type {entry.Type}; weights are floating point. Quantised models are not supported: save the model in bfloat16 or float32."
                );
            }
        }
    }

    /// <summary>
    /// Refuses every tensor that is neither expected, nor a known buffer, nor known to the caller as one that may be left out.
    /// </summary>
    /// <param name="expected">What is read.</param>
    /// <param name="mayBeLeftOut">Whether a tensor may be left out.</param>
    /// <param name="logger">Is told which ones are; null for nobody.</param>
    /// <param name="why">Why they are, for the log.</param>
    /// <exception cref="ModelFormatException">There is one; the first in alphabetical order is named.</exception>
    public void RefuseOthers(
        IEnumerable<(string Name, long[] Shape)> expected,
        Func<string, bool> mayBeLeftOut,
        ILogger? logger,
        string why
    )
    {
        HashSet<string> known = [.. expected.Select(e => e.Name)];
        string[] others = [.. Names.Where(n => !known.Contains(n) && !TensorNames.IsKnownBuffer(n)).Order(StringComparer.Ordinal)];
        if (others.FirstOrDefault(n => !mayBeLeftOut(n)) is { } other)
        {
            throw Unexplained(other);
        }

        if (logger is not null && others.Length > 0)
        {
            LogLeftOut(logger, _folder, JsonText.Quote(string.Join(", ", others.Select(n => _tensors[n].Stored))), why);
        }
    }

    /// <summary>Reads one tensor.</summary>
    /// <exception cref="ModelFormatException">It holds a value that is not finite, in the file or in the type it is read in.</exception>
    public Tensor Read(string name, Device device, ScalarType type)
    {
        (SafetensorsFile file, string stored) = _tensors[name];
        try
        {
            return file.Read(stored, device, type, requireFinite: true);
        }
        catch (SafetensorsException e)
        {
            throw new ModelFormatException(e.Message, e);
        }
    }

    /// <summary>Whether two tensors hold the same numbers, whatever their types.</summary>
    public bool AreEqual(string first, string second)
    {
        using var scope = NewDisposeScope();
        SafetensorsEntry a = Entry(first),
            b = Entry(second);
        ScalarType type =
            a.Type == b.Type ? a.Type
            : a.Type == ScalarType.Float64 || b.Type == ScalarType.Float64 ? ScalarType.Float64
            : ScalarType.Float32;
        return a.Shape.SequenceEqual(b.Shape) && Read(first, CPU, type).equal(Read(second, CPU, type)).all().ToBoolean();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SafetensorsFile file in _files)
        {
            file.Dispose();
        }
    }

    private SafetensorsEntry Entry(string name) => _tensors[name].File.Entry(_tensors[name].Stored);

    private ModelFormatException Unexplained(string name) =>
        new(
            $"{FileOf(name)}: tensor '{_tensors[name].Stored}' belongs to no layer that config.json describes."
                + (TensorNames.Foreign(name) ?? (TensorNames.IsScalarHead(name) ? " It is the head of a reward model or critic." : ""))
        );

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Folder}: the stored tensors {Names} are left out: {Why}.")]
    private static partial void LogLeftOut(ILogger logger, string folder, string names, string why);
}
