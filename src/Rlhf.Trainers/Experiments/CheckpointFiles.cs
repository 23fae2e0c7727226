using System.Text.Json;
using Rlhf.Models;
using Rlhf.Safetensors;
using Rlhf.Tokenizers;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Experiments;

/// <summary>
/// What lies in a checkpoint's folder: the model as a Hugging Face folder, the optimizer's moments, the stages' state, where the run
/// stands.
/// </summary>
internal static class CheckpointFiles
{
    /// <summary>The model's folder, or with adapters the PEFT folder, inside a checkpoint.</summary>
    public const string Model = "model";

    private const string Optimizer = "optimizer.safetensors";
    private const string Stages = "stages.safetensors";
    private const string State = "state.json";

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    /// <summary>Writes a checkpoint into a folder.</summary>
    public static void Write(string folder, CausalLm policy, BpeTokenizer tokenizer, ITrainingPhase phase, TrainingState state)
    {
        string model = Path.Combine(folder, Model);
        if (policy.HasAdapters)
        {
            policy.SaveAdapters(model);
        }
        else
        {
            policy.Save(model);
            tokenizer.Save(model);
        }

        SafetensorsWriter.Write(Path.Combine(folder, Optimizer), [.. phase.Optimizer.State()], null);
        SafetensorsWriter.Write(Path.Combine(folder, Stages), phase.State, null);
        File.WriteAllText(Path.Combine(folder, State), JsonSerializer.Serialize(state, Json));
    }

    /// <summary>Where the run stood.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or of another version.</exception>
    public static TrainingState ReadState(string folder)
    {
        string path = Path.Combine(folder, State);
        try
        {
            TrainingState state =
                JsonSerializer.Deserialize<TrainingState>(File.ReadAllText(path), Json)
                ?? throw new InvalidDataException($"{path}: it is empty.");
            return state.FormatVersion == 1
                ? state
                : throw new InvalidDataException(
                    $"{path}: format version {state.FormatVersion} is not known to this version of the library, which reads 1."
                );
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: not a training state: {e.Message}", e);
        }
    }

    /// <summary>Restores a phase whose weights are loaded already.</summary>
    public static void Restore(string folder, ITrainingPhase phase, TrainingState state)
    {
        using var scope = NewDisposeScope();
        phase.Optimizer.Restore(state.OptimizerSteps, ReadAll(Path.Combine(folder, Optimizer)));
        phase.Restore(ReadAll(Path.Combine(folder, Stages)));
        phase.Position = state.Position;
    }

    private static Dictionary<string, Tensor> ReadAll(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        return file.Names.ToDictionary(n => n, n => file.Read(n), StringComparer.Ordinal);
    }
}
