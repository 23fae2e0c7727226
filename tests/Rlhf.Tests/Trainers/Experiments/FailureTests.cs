using System.Text.Json;
using Rlhf.Safetensors;
using Rlhf.Trainers.Experiments;
using Rlhf.Trainers.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Experiments;

/// <summary>What a run does where the numbers, the memory or the disk give out.</summary>
public sealed class FailureTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-failures-").FullName;

    [Fact]
    public void StepsThatAreNotFinite_AreSkippedAndKept_AndEndTheRun()
    {
        string config = Path.Combine(_folder, "tiny.json"),
            run = Path.Combine(_folder, "run");
        File.WriteAllText(config, MathGrpoProgram.Tiny);

        // A decay above 1/rate flings the weights out of float32's range in a few steps.
        (int code, _, string errors) = MathGrpoProgram.Run(
            "--config",
            config,
            "Run:Folder=" + run,
            "Phases:sft:Optimizer:LearningRate=10",
            "Phases:sft:Optimizer:WarmupSteps=0",
            "Phases:sft:Optimizer:Decay=constant",
            "Phases:sft:Optimizer:WeightDecay=10",
            "Phases:sft:Iterations=60",
            "Phases:sft:EvaluateEvery=0",
            "Run:MaxSkippedSteps=3",
            "Checkpoints:Every=1"
        );
        Assert.Equal(ConsoleProgram.Failed, code);
        Assert.Contains("3 optimizer steps in a row were not finite", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);

        string[] kept = [.. Directory.GetFiles(Path.Combine(run, "skipped")).Order(StringComparer.Ordinal)];
        Assert.Equal(3, kept.Length);
        using JsonDocument first = JsonDocument.Parse(File.ReadAllText(kept[0]));
        Assert.Equal(8, first.RootElement.GetProperty("rows").GetArrayLength());
        Assert.NotEmpty(Directory.GetDirectories(Path.Combine(run, "checkpoints")));
    }

    [Fact]
    public void MemoryThatCannotBeHad_IsOneMessageThatSaysWhatToDo()
    {
        using StringWriter errors = new();
        int code = ConsoleProgram.Run(
            _ =>
            {
                using Tensor tooMuch = empty(1L << 50);
                return ConsoleProgram.Success;
            },
            errors
        );
        Assert.Equal(ConsoleProgram.Failed, code);
        Assert.Contains("microBatchTokens", errors.ToString(), StringComparison.Ordinal);
        Assert.Single(errors.ToString().TrimEnd().Split('\n'));
    }

    // A link to a device that is always full stands where the weights are to be written.
    [Fact]
    public void FullDisk_IsOneMessage_AndTheCheckpointBeforeIsIntact()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full");
        CheckpointStore store = new(_folder, keepLast: 1);
        store.Save("grpo", 1, folder => File.WriteAllText(Path.Combine(folder, "value"), "1"), isBest: false);
        using StringWriter errors = new();
        using Tensor weights = ones(100_000);
        int code = ConsoleProgram.Run(
            _ =>
            {
                store.Save(
                    "grpo",
                    2,
                    folder =>
                    {
                        string path = Path.Combine(folder, "model.safetensors");
                        File.CreateSymbolicLink(path + ".tmp", "/dev/full");
                        SafetensorsWriter.Write(path, [("weights", weights)]);
                    },
                    isBest: false
                );
                return ConsoleProgram.Success;
            },
            errors
        );
        Assert.Equal(ConsoleProgram.Failed, code);
        Assert.Contains("space", errors.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("What was saved before is intact.", errors.ToString(), StringComparison.Ordinal);
        Assert.Single(errors.ToString().TrimEnd().Split('\n'));
        Assert.Equal("1", File.ReadAllText(Path.Combine(new CheckpointStore(_folder, 1).Newest!.Folder, "value")));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
