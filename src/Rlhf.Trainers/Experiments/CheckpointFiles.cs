using Rlhf.Models;
using Rlhf.Safetensors;
using Rlhf.Tokenizers;
using Rlhf.Trainers.Phases;
using Rlhf.Trainers.Runs;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Experiments;

/// <summary>
/// What lies in a checkpoint's folder: the model as a Hugging Face folder, with how it was asked (<see cref="TrainedPrompt"/>), the
/// optimizer's moments, the stages' state, where the run stands (<see cref="CheckpointState"/>), and sizes and hashes of all of it
/// (<see cref="FolderManifest"/>).
/// </summary>
internal static class CheckpointFiles
{
    /// <summary>The model's folder, or with adapters the PEFT folder, inside a checkpoint.</summary>
    public const string Model = "model";

    private const string Optimizer = "optimizer.safetensors";
    private const string Stages = "stages.safetensors";

    /// <summary>Writes a checkpoint into a folder.</summary>
    public static void Write(
        string folder,
        CausalLm policy,
        BpeTokenizer tokenizer,
        TrainedPrompt prompt,
        ITrainingPhase phase,
        TrainingState state
    )
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

        prompt.Write(model);
        SafetensorsWriter.Write(Path.Combine(folder, Optimizer), [.. phase.Optimizer.State()], null);
        SafetensorsWriter.Write(Path.Combine(folder, Stages), phase.State, null);
        CheckpointState.Write(folder, state);
        FolderManifest.Write(folder);
    }

    /// <summary>Where a checkpoint stands, once its format is this one's and every file is as it was saved.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="phases">The run's phases.</param>
    /// <exception cref="InvalidDataException">The checkpoint is of another format or damaged; the message names file and fault.</exception>
    public static TrainingState Open(SavedCheckpoint checkpoint, IReadOnlyList<string> phases)
    {
        CheckpointState.RequireFormat(checkpoint);
        FolderManifest.Require(
            checkpoint.Folder,
            "The checkpoint is damaged; take its folder away, and the run goes on from the one before it."
        );
        return CheckpointState.Read(checkpoint, phases);
    }

    /// <summary>Restores a phase whose weights are loaded already.</summary>
    /// <exception cref="InvalidDataException">A file does not fit the phase; the message names it.</exception>
    public static void Restore(string folder, ITrainingPhase phase, TrainingState state)
    {
        CheckpointState.CheckCounts(folder, state, phase);
        using var scope = NewDisposeScope();
        Read(folder, Optimizer, moments => phase.Optimizer.Restore(state.OptimizerSteps, moments));
        Read(folder, Stages, phase.Restore);
        phase.Position = state.Position;
    }

    private static void Read(string folder, string name, Action<IReadOnlyDictionary<string, Tensor>> restore)
    {
        string path = Path.Combine(folder, name);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Dictionary<string, Tensor> tensors = file.Names.ToDictionary(n => n, n => file.Read(n), StringComparer.Ordinal);
        try
        {
            restore(tensors);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or Shaping.RewardPipelineException)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }
}
