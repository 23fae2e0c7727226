using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rlhf.Json;
using Rlhf.Records;
using Rlhf.Runtime;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Runs;

namespace Rlhf.Trainers.Experiments;

/// <summary>
/// What a run computes with and on, kept in its folder: device, types, threads, versions, the cache's limit, and the files it reads. A
/// resumed run takes the same, so that it goes on bit by bit, or is refused.
/// </summary>
internal sealed record RunEnvironment
{
    /// <summary>The file's name in the run folder.</summary>
    public const string FileName = "environment.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Where tensors live.</summary>
    public required string Device { get; init; }

    /// <summary>The device's own name.</summary>
    public required string DeviceName { get; init; }

    /// <summary>Type of activations and matrix products.</summary>
    public required string ComputeType { get; init; }

    /// <summary>Type of the weights that are trained.</summary>
    public required string WeightType { get; init; }

    /// <summary>Threads of tensor operations.</summary>
    public required int Threads { get; init; }

    /// <summary>Most bytes of the cache of keys and values.</summary>
    public required long MaxCacheBytes { get; init; }

    /// <summary>Versions of what computes, by name.</summary>
    public required IReadOnlyDictionary<string, string> Versions { get; init; }

    /// <summary>The files that the run reads, by configuration key.</summary>
    public required IReadOnlyList<InputFile> Files { get; init; }

    /// <summary>Reads what the run in a folder recorded; null where there is nothing.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static RunEnvironment? Find(string runFolder)
    {
        string path = Path.Combine(runFolder, FileName);
        try
        {
            return File.Exists(path) ? JsonText.Deserialize<RunEnvironment>(File.ReadAllBytes(path), Json) : null;
        }
        catch (JsonTextException e)
        {
            throw new InvalidDataException(
                $"{path}: {JsonMessages.Explain(e.Message)} The file is damaged: put it back, or take it away and set Run:AllowOtherEnvironment=true to go on without the comparison.",
                e
            );
        }
    }

    /// <summary>The device and types to ask for: what the run had, where it resumes.</summary>
    /// <param name="options">What the configuration asks for.</param>
    /// <param name="recorded">What the run had; null for a new one.</param>
    /// <param name="allowOther">Whether another device may stand in.</param>
    /// <exception cref="RunFolderException">The recorded device is not there.</exception>
    public static ComputeEnvironment Resolve(ComputeOptions options, RunEnvironment? recorded, bool allowOther)
    {
        if (recorded is null || allowOther)
        {
            return ComputeEnvironment.Resolve(options);
        }

        try
        {
            return ComputeEnvironment.Resolve(
                new()
                {
                    Device = recorded.Device,
                    Dtype = recorded.ComputeType,
                    Threads = recorded.Threads,
                }
            );
        }
        catch (ArgumentException e)
        {
            ComputeEnvironment here = ComputeEnvironment.Resolve(options with { Device = "auto" });
            throw Other([$"device is {here.Device} here and was {recorded.Device} ({recorded.DeviceName})"], e);
        }
    }

    /// <summary>What a run computes with now.</summary>
    /// <param name="environment">Device and types.</param>
    /// <param name="options">The experiment.</param>
    /// <param name="recorded">What the run had before; null for a new one.</param>
    public static RunEnvironment Of(ComputeEnvironment environment, ExperimentOptions options, RunEnvironment? recorded) =>
        new()
        {
            Device = environment.Device.ToString(),
            DeviceName = environment.DeviceName,
            ComputeType = NameOf(environment.ComputeType),
            WeightType = NameOf(PolicyModel.LoadOptions(environment).WeightType),
            Threads = environment.Threads,
            MaxCacheBytes = recorded?.MaxCacheBytes ?? options.LongestRollout().CacheBytes(environment),
            Versions = environment.Versions,
            Files = InputFile.Of(options),
        };

    /// <summary>Refuses to go on with something else than the run had.</summary>
    /// <param name="recorded">What the run had.</param>
    /// <param name="allowOther">Whether device, types, threads and versions may be others.</param>
    /// <returns>What is different and allowed, for the log.</returns>
    /// <exception cref="RunFolderException">Something differs; the message has both values.</exception>
    public IReadOnlyList<string> RequireSame(RunEnvironment recorded, bool allowOther)
    {
        string[] files = [.. InputFile.Differences(Files, recorded.Files)];
        if (files.Length > 0)
        {
            throw new RunFolderException(
                $"What the run reads has changed since it began: {string.Join("; ", files)}. Restore it, or choose another Run:Folder for a new run."
            );
        }

        List<string> differences = [];
        Compare("device", Device, recorded.Device);
        Compare("type of activations", ComputeType, recorded.ComputeType);
        Compare("type of weights", WeightType, recorded.WeightType);
        Compare("threads", Number(Threads), Number(recorded.Threads));
        if (Device == recorded.Device)
        {
            Compare("device's name", DeviceName, recorded.DeviceName);
        }

        foreach (string name in Versions.Keys.Union(recorded.Versions.Keys))
        {
            Compare($"version of {name}", Versions.GetValueOrDefault(name, "none"), recorded.Versions.GetValueOrDefault(name, "none"));
        }

        return differences.Count == 0 || allowOther ? differences : throw Other(differences, null);

        void Compare(string name, string now, string before)
        {
            if (now != before)
            {
                differences.Add($"{name} is {now} here and was {before}");
            }
        }
    }

    /// <summary>Writes the file into the run folder.</summary>
    public void Write(string runFolder) => AtomicFile.WriteAllText(Path.Combine(runFolder, FileName), JsonSerializer.Serialize(this, Json));

    private static RunFolderException Other(IEnumerable<string> differences, Exception? cause)
    {
        string message =
            $"The run began in another environment: {string.Join("; ", differences)}. It would not go on bit by bit. Resume it where it began, or set Run:AllowOtherEnvironment=true.";
        return cause is null ? new(message) : new(message, cause);
    }

    private static string NameOf(TorchSharp.torch.ScalarType type) => type.ToString().ToLowerInvariant();

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
