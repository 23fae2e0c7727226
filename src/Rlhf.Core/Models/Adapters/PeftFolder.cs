using Rlhf.Safetensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlhf.Models;

/// <summary>A PEFT folder opened for reading: its configuration, and its tensors by the names of the model's modules.</summary>
internal sealed class PeftFolder : IDisposable
{
    public const string ConfigFile = "adapter_config.json";
    public const string WeightsFile = "adapter_model.safetensors";
    public const string Prefix = "base_model.model.";
    public const string DownSuffix = ".lora_A.weight";
    public const string UpSuffix = ".lora_B.weight";

    private const string PickledFile = "adapter_model.bin";
    private const string AdapterName = ".default";

    private readonly SafetensorsFile _file;
    private readonly Dictionary<string, string> _stored = new(StringComparer.Ordinal);

    private PeftFolder(AdapterConfig config, SafetensorsFile file)
    {
        (Config, _file) = (config, file);
        foreach (string stored in file.Names)
        {
            string name = Canonical(stored);
            if (!_stored.TryAdd(name, stored))
            {
                throw new ModelFormatException($"{file.FilePath}: tensor '{stored}' is there twice, also as '{_stored[name]}'.");
            }
        }
    }

    /// <summary>The configuration.</summary>
    public AdapterConfig Config { get; }

    /// <summary>The configuration's file.</summary>
    public string ConfigPath => Path.Combine(Path.GetDirectoryName(_file.FilePath)!, ConfigFile);

    /// <summary>Names of all tensors.</summary>
    public IReadOnlyCollection<string> Names => _stored.Keys;

    /// <summary>Opens a folder.</summary>
    /// <exception cref="ModelFormatException">A file is missing or broken, or the adapter is of a kind that is not supported.</exception>
    public static PeftFolder Open(string folder)
    {
        AdapterConfig config = AdapterConfigReader.Read(Path.Combine(folder, ConfigFile));
        string path = Path.Combine(folder, WeightsFile);
        if (!File.Exists(path))
        {
            throw new ModelFormatException(
                File.Exists(Path.Combine(folder, PickledFile))
                    ? $"{Path.Combine(folder, PickledFile)}: adapters are read from {WeightsFile} only, since a pickled file can run code; load the adapter in PEFT and save it again."
                    : $"{path}: there is no such file. An adapter's folder needs it."
            );
        }

        SafetensorsFile? file = null;
        try
        {
            file = SafetensorsFile.Open(path);
            return new(config, file);
        }
        catch (Exception e)
        {
            file?.Dispose();
            throw e is SafetensorsException ? new ModelFormatException(e.Message, e) : e;
        }
    }

    /// <summary>A tensor's shape, or null where there is none of this name.</summary>
    public IReadOnlyList<long>? Shape(string name) => _stored.TryGetValue(name, out string? stored) ? _file.Entry(stored).Shape : null;

    /// <summary>Reads a tensor for a parameter's type and device.</summary>
    /// <exception cref="ModelFormatException">It is missing, has another shape, or holds a value that is not finite.</exception>
    public Tensor Read(string name, long rows, long columns, Parameter like)
    {
        if (!_stored.TryGetValue(name, out string? stored))
        {
            throw new ModelFormatException($"{_file.FilePath}: tensor '{Prefix}{name}' is missing; {ConfigFile} asks for it.");
        }

        IReadOnlyList<long> shape = _file.Entry(stored).Shape;
        if (shape is not [var r, var c] || r != rows || c != columns)
        {
            throw new ModelFormatException(
                $"{_file.FilePath}: tensor '{stored}' has shape [{string.Join(',', shape)}]; the model and {ConfigFile} need [{rows},{columns}]."
            );
        }

        try
        {
            return _file.Read(stored, like.device, like.dtype, requireFinite: true);
        }
        catch (SafetensorsException e)
        {
            throw new ModelFormatException(e.Message, e);
        }
    }

    /// <summary>A complaint about a tensor.</summary>
    public ModelFormatException Wrong(string name, string what) => new($"{_file.FilePath}: tensor '{_stored[name]}' {what}.");

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // The adapter's own name stands before the last part where a trainer saved the whole state.
    private static string Canonical(string stored)
    {
        string name = TensorNames.Canonical(stored);
        foreach (string suffix in (string[])[DownSuffix, UpSuffix])
        {
            string named = suffix.Replace(".weight", AdapterName + ".weight", StringComparison.Ordinal);
            if (name.EndsWith(named, StringComparison.Ordinal))
            {
                return name[..^named.Length] + suffix;
            }
        }

        return name;
    }
}
