using System.Text.Json.Nodes;
using Rlhf.Trainers.Runs;

namespace Rlhf.Tests.Trainers.Experiments;

/// <summary>A run that is resumed from files which a disk, a copy or a person has changed.</summary>
public sealed class CheckpointDamageTests : IDisposable
{
    private static readonly string[] Options =
    [
        "Phases:sft:Iterations=1",
        "Phases:sft:EvaluateEvery=0",
        "Evaluation:Every=0",
        "Checkpoints:Every=1",
        "Checkpoints:KeepLast=2",
        "Phases:grpo:Iterations=3",
        "Phases:grpo:Optimizer:Decay=constant",
    ];

    private static readonly string[] Resume = [.. Options, "Run:Resume=true"];

    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-damage-").FullName;
    private readonly TinyRun _runs;

    public CheckpointDamageTests() => _runs = new(_folder);

    [Fact]
    public void Resume_FromAChangedFile_IsRefusedByName_AndGoesOnOnceItIsPutBack()
    {
        _runs.Run("whole", Options);
        _runs.RunUntil("run", r => r is { Phase: "grpo", Step: 3 }, Options);
        string checkpoint = _runs.Newest("run");

        foreach (string folder in (string[])[checkpoint, Path.Combine(_runs.At("run"), "reference")])
        {
            foreach (string path in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
            {
                string name = Path.GetRelativePath(folder, path).Replace('\\', '/');
                if (name == "manifest.json")
                {
                    continue;
                }

                byte[] good = File.ReadAllBytes(path);
                Assert.True(good.Length > 0, name);
                byte[] flipped = [.. good];
                flipped[good.Length / 2] ^= 4;
                Refused(folder, $"'{name}' has other bytes", () => File.WriteAllBytes(path, flipped));
                Refused(folder, $"'{name}' has {good.Length - 1} bytes", () => File.WriteAllBytes(path, good[..^1]));
                Refused(folder, $"'{name}' is missing", () => File.Delete(path));
                File.WriteAllBytes(path, good);
            }

            string added = Path.Combine(folder, "model-00002.safetensors");
            Refused(folder, "'model-00002.safetensors' was not saved", () => File.WriteAllText(added, "x"));
            File.Delete(added);
            string manifest = Path.Combine(folder, "manifest.json"),
                text = File.ReadAllText(manifest);
            Refused(manifest, "is missing", () => File.Delete(manifest));
            Refused(manifest, "", () => File.WriteAllText(manifest, text[..(text.Length / 2)]));
            File.WriteAllText(manifest, text);
        }

        _runs.Run("run", Resume);
        Assert.Equal(_runs.Records("whole"), _runs.Records("run"));
    }

    [Fact]
    public void DamagedCheckpoint_TakenAway_LetsTheRunGoOnFromTheOneBefore()
    {
        _runs.Run("whole", Options);
        _runs.RunUntil("run", r => r is { Phase: "grpo", Step: 3 }, Options);
        string checkpoint = _runs.Newest("run");
        Refused(checkpoint, "take its folder away", () => File.Delete(Path.Combine(checkpoint, "model", "model.safetensors")));
        Directory.Delete(checkpoint, recursive: true);
        _runs.Run("run", Resume);
        Assert.Equal(_runs.Records("whole"), _runs.Records("run"));
    }

    [Fact]
    public void Resume_FromAChangedBase_IsRefusedByName()
    {
        string[] adapters = [.. Options, "Model:Lora:Rank=2", "Phases:sft=null"];
        adapters = [.. adapters.Where(o => !o.StartsWith("Phases:sft:", StringComparison.Ordinal))];
        _runs.RunUntil("run", r => r is { Phase: "grpo", Step: 2 }, adapters);
        string folder = Path.Combine(_runs.At("run"), "base"),
            path = Path.Combine(folder, "model.safetensors");
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        string message = Assert.Throws<InvalidDataException>(() => _runs.Run("run", [.. adapters, "Run:Resume=true"])).Message;
        Assert.StartsWith($"{folder} is not what was saved (manifest.json): 'model.safetensors' has other bytes", message);
    }

    // As a version before the manifest left it, with keys of its own in the configuration, too.
    [Fact]
    public void Resume_FromAnOlderFormat_IsRefusedByItsNumber()
    {
        _runs.RunUntil("run", r => r is { Phase: "grpo", Step: 2 }, Options);
        string checkpoint = _runs.Newest("run"),
            path = Path.Combine(checkpoint, "state.json");
        JsonObject state = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        state["formatVersion"] = 2;
        state.Remove("schedule");
        File.WriteAllText(path, state.ToJsonString());
        File.Delete(Path.Combine(checkpoint, "manifest.json"));
        File.WriteAllText(Path.Combine(_runs.At("run"), "configuration.json"), "{\"ppo\":{}}");
        string message = Assert.Throws<InvalidDataException>(() => _runs.Run("run", Resume)).Message;
        Assert.StartsWith($"{path}: this is checkpoint format 2 of an older version of the library", message, StringComparison.Ordinal);
        Assert.Contains("Begin the run anew in another Run:Folder", message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Refused(string path, string says, Action damage)
    {
        damage();
        string[] before = _runs.Records("run");
        string message = Assert.Throws<InvalidDataException>(() => _runs.Run("run", Resume)).Message;
        Assert.StartsWith(path, message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.Equal(before, _runs.Records("run"));
    }
}
