using Rlhf.Models;
using Rlhf.Records;
using Rlhf.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Experiments;

/// <summary>Runs that train adapters: on a new model and on a loaded one, through both phases, killed and resumed in each.</summary>
public sealed class LoraRunTests : IDisposable
{
    // α/r is no number that float64 holds exactly.
    private static readonly string[] Lora =
    [
        "Model:Lora:Rank=3",
        "Model:Lora:Alpha=10",
        "Phases:grpo:Iterations=4",
        "Phases:grpo:Epochs=1",
        "Phases:grpo:Minibatches=1",
        "Evaluation:Every=0",
        "Checkpoints:Every=2",
        // Moves the policy whatever the rewards are: a model that has learned nothing earns the same 0 everywhere.
        "Phases:grpo:EntropyCoefficient=0.01",
    ];

    private static readonly string[] Supervised = ["Phases:sft:Iterations=4", "Phases:sft:EvaluateEvery=0"];

    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-lora-").FullName;
    private readonly TinyRun _runs;

    public LoraRunTests() => _runs = new(_folder);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void KilledInEachPhaseAndResumed_EndsWithTheSameAdapters_AndTheReferenceIsThePolicyThatThePhaseBeganWith(bool isNew)
    {
        string[] options = [.. Lora, .. Supervised, .. isNew ? [] : LoadedModel()];
        string model = isNew ? Path.Combine(_runs.At("whole"), "base") : Path.Combine(_folder, "model");
        _runs.Run("whole", options);

        string[] resumed = [.. options, "Run:Resume=true"];
        _runs.RunUntil("killed", r => r is { Phase: "sft", Step: 1 }, resumed);
        _runs.RunUntil("killed", r => r is { Phase: "sft", Step: 3 }, resumed);
        _runs.RunUntil("killed", r => r is { Phase: "grpo", Step: 1 }, resumed);
        _runs.RunUntil("killed", r => r is { Phase: "grpo", Step: 3 }, resumed);
        _runs.Run("killed", resumed);
        Assert.Equal(_runs.Records("whole"), _runs.Records("killed"));
        Assert.Equal(Adapters(Path.Combine(_runs.Newest("whole"), "model")), Adapters(Path.Combine(_runs.Newest("killed"), "model")));
        Assert.False(File.Exists(Path.Combine(_runs.Newest("whole"), "model", "model.safetensors")));

        // Both phases move the adapters.
        byte[] reference = Adapters(Path.Combine(_runs.At("whole"), "reference"));
        Assert.Equal(reference, Adapters(Path.Combine(_runs.At("killed"), "reference")));
        Assert.NotEqual(reference, Adapters(Path.Combine(_runs.Newest("whole"), "model")));
        Assert.NotEqual(0, Largest(Path.Combine(_runs.At("whole"), "reference"), ".lora_B.weight"));

        // One update an iteration: in the first, policy and reference are the same, adapters and all; later they are not.
        double[] kl =
        [
            .. MetricsFileRecorder
                .Read(_runs.At("whole"))
                .Where(r => r is { Phase: "grpo", Step: > 0 })
                .Select(r => r[MetricNames.PolicyKl]),
        ];
        Assert.Equal(0, kl[0], 1e-9);
        Assert.All(kl[1..], k => Assert.True(k > 1e-7, $"{k}"));

        // What was loaded, and what the adapters of a new model belong to, is as it was.
        using CausalLm original = CausalLm.Load(model);
        Assert.DoesNotContain(original.NamedParameters, p => p.Name.Contains("lora", StringComparison.Ordinal));
        original.LoadAdapters(Path.Combine(_runs.Newest("whole"), "model"));
    }

    [Fact]
    public void WithoutASupervisedPhase_TheReferenceIsTheBase_AndTheFirstIterationDoesNotDependOnAdapters()
    {
        string[] options = [.. Lora, "Phases:sft=null"];
        _runs.RunUntil("killed", r => r is { Phase: "grpo", Step: 3 }, options);
        Assert.Equal(0, Largest(Path.Combine(_runs.At("killed"), "reference"), ".lora_B.weight"));
        _runs.Run("killed", [.. options, "Run:Resume=true"]);
        _runs.Run("whole", options);
        Assert.Equal(_runs.Records("whole"), _runs.Records("killed"));
        Assert.Equal(Adapters(Path.Combine(_runs.Newest("whole"), "model")), Adapters(Path.Combine(_runs.Newest("killed"), "model")));
    }

    // Without them another policy would silently take their place.
    [Theory]
    [InlineData("reference", "the policy that this phase began with")]
    [InlineData("base", "the weights that the run's adapters are added to")]
    public void Resume_WithoutTheModelsBesideTheCheckpoints_IsRefused(string name, string says)
    {
        _runs.RunUntil("run", r => r is { Phase: "grpo", Step: 3 }, Lora);
        Directory.Delete(Path.Combine(_runs.At("run"), name), recursive: true);
        string message = Assert.Throws<InvalidDataException>(() => _runs.Run("run", [.. Lora, "Run:Resume=true"])).Message;
        Assert.Contains(Path.Combine(_runs.At("run"), name) + " is missing", message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
    }

    // The checkpoint holds the adapters only: another base under them would be another policy.
    [Fact]
    public void Resume_WithABaseThatChanged_IsRefusedByName()
    {
        string[] options = [.. Lora, .. Supervised, .. LoadedModel()];
        _runs.RunUntil("run", r => r is { Phase: "sft", Step: 3 }, options);
        string weights = Path.Combine(_folder, "model", "model.safetensors");
        byte[] bytes = File.ReadAllBytes(weights);
        bytes[^1] ^= 1;
        File.WriteAllBytes(weights, bytes);
        string message = Assert
            .Throws<Rlhf.Trainers.Runs.RunFolderException>(() => _runs.Run("run", [.. options, "Run:Resume=true"]))
            .Message;
        Assert.Contains($"model:path: {weights} has ", message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // A model with its tokenizer, as a run leaves it.
    private string[] LoadedModel()
    {
        _runs.Run("first", "Phases:sft:Iterations=1", "Phases:sft:EvaluateEvery=0", "Phases:grpo:Iterations=1", "Evaluation:Every=0");
        string model = Path.Combine(_folder, "model");
        Directory.Move(Path.Combine(_runs.Newest("first"), "model"), model);
        return ["Model:Path=" + model, "Model:Architecture=null"];
    }

    private static byte[] Adapters(string folder) => File.ReadAllBytes(Path.Combine(folder, "adapter_model.safetensors"));

    private static double Largest(string folder, string suffix)
    {
        using var scope = NewDisposeScope();
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, "adapter_model.safetensors"));
        return file.Names.Where(n => n.EndsWith(suffix, StringComparison.Ordinal)).Max(n => file.Read(n).abs().max().ToDouble());
    }
}
