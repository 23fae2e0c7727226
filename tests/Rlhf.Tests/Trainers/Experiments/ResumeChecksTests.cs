using System.Text.Json.Nodes;
using Rlhf.Records;
using Rlhf.Safetensors;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Experiments;
using Rlhf.Trainers.Runs;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Experiments;

/// <summary>What may differ between a run's stop and its resume.</summary>
public sealed class ResumeChecksTests : IDisposable
{
    private static readonly string[] Few =
    [
        "Phases:sft:Iterations=1",
        "Phases:sft:EvaluateEvery=0",
        "Evaluation:Every=0",
        "Checkpoints:Every=1",
    ];
    private static readonly string[] Constant = [.. Few, "Phases:grpo:Optimizer:Decay=constant"];

    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-resumes-").FullName;
    private readonly TinyRun _runs;

    public ResumeChecksTests() => _runs = new(_folder);

    [Fact]
    public void FinishedRun_GivenMoreIterations_GoesOnAsIfItHadHadThemFromTheBeginning()
    {
        _runs.Run("whole", [.. Constant, "Phases:grpo:Iterations=5"]);
        RunSummary first = _runs.Run("run", [.. Constant, "Phases:grpo:Iterations=3"]);
        Assert.Equal(3, first.Steps);

        // Killed before the first checkpoint of the iterations added, too.
        string[] more = [.. Constant, "Run:Resume=true", "Phases:grpo:Iterations=5"];
        _runs.RunUntil("run", r => r.Step == 4, more);
        RunSummary second = _runs.Run("run", more);
        Assert.Equal((RunOutcome.Completed, 5), (second.Outcome, second.Steps));
        Assert.NotNull(second.AccuracyAfter);
        Assert.Equal(first.AccuracyBefore, second.AccuracyBefore);

        // The accuracy at the former end stays in the record of its iteration.
        Assert.Equal(
            _runs.Records("whole"),
            _runs.Records("run").Select(r => r.StartsWith("grpo 3:", StringComparison.Ordinal) ? WithoutAccuracy(r) : r)
        );
        Assert.Equal(Weights("whole"), Weights("run"));
    }

    [Fact]
    public void FinishedRun_OnASchedule_NeedsANewOneForMoreIterations_WhichBeginsWhereTheRunStands()
    {
        string[] three = [.. Few, "Phases:grpo:Iterations=3"];
        string[] five = [.. Few, "Phases:grpo:Iterations=5", "Run:Resume=true"];
        _runs.Run("run", three);
        string configuration = File.ReadAllText(Path.Combine(_runs.At("run"), "configuration.json"));
        string message = Assert.Throws<RunFolderException>(() => _runs.Run("run", five)).Message;
        Assert.Contains("phases:1:iterations is 5 and was 3", message, StringComparison.Ordinal);
        Assert.Contains("phases:1:optimizer:decay=constant", message, StringComparison.Ordinal);
        Assert.Equal(configuration, File.ReadAllText(Path.Combine(_runs.At("run"), "configuration.json")));

        // Four optimizer steps an iteration; linearly from 0.002 to 0 over the eight that are added.
        string[] named = [.. five, "Phases:grpo:Optimizer:LearningRate=0.002"];
        _runs.RunUntil("run", r => r.Step == 5, named);
        _runs.Run("run", named);
        double[] rates =
        [
            .. MetricsFileRecorder
                .Read(_runs.At("run"))
                .Where(r => r is { Phase: "grpo", Step: > 3 })
                .Select(r => r[MetricNames.OptimizerLearningRate]),
        ];
        Assert.Equal([0.002 * 5 / 8, 0.002 * 1 / 8], rates, (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void Run_WithFewerIterations_OrMoreAndAnotherOption_IsAnotherRun()
    {
        _runs.Run("run", [.. Constant, "Phases:grpo:Iterations=2"]);
        foreach (
            string[] other in (string[][])
                [
                    ["Phases:grpo:Iterations=1"],
                    ["Phases:grpo:Iterations=3", "Phases:grpo:GroupSize=2"],
                    ["Phases:grpo:Optimizer:LearningRate=0.5"],
                ]
        )
        {
            string[] options = [.. Constant, "Run:Resume=true", "Phases:grpo:Iterations=2", .. other];
            Assert.Contains(
                "another configuration",
                Assert.Throws<RunFolderException>(() => _runs.Run("run", options)).Message,
                StringComparison.Ordinal
            );
        }
    }

    [Theory]
    [InlineData("device", "\"cuda:7\"", "device is cpu here and was cuda:7")]
    [InlineData("libtorch", "\"2.9.0\"", "version of libtorch is 2.10.0 here and was 2.9.0")]
    [InlineData("torchsharp", "\"0.106.0\"", "version of torchsharp is 0.107.0 here and was 0.106.0")]
    [InlineData("weightType", "\"bfloat16\"", "type of weights is float32 here and was bfloat16")]
    public void Resume_InAnotherEnvironment_IsRefusedWithBothValues_UnlessAllowed(string key, string value, string says)
    {
        string[] options = [.. Constant, "Phases:grpo:Iterations=3", "Compute:Device=auto"];
        _runs.RunUntil("run", r => r is { Phase: "grpo", Step: 2 }, options);
        ChangeEnvironment(e => (e.ContainsKey(key) ? e : e["versions"]!)[key] = JsonNode.Parse(value));
        string[] resumed = [.. options, "Run:Resume=true"];
        string message = Assert.Throws<RunFolderException>(() => _runs.Run("run", resumed)).Message;
        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.Contains("Run:AllowOtherEnvironment=true", message, StringComparison.Ordinal);

        Assert.Equal(3, _runs.Run("run", [.. resumed, "Run:AllowOtherEnvironment=true"]).Steps);
        Assert.Contains(_runs.Log.Warnings, w => w.Contains(says.Split(" is ")[0], StringComparison.Ordinal));
    }

    // What "auto" finds may change with the machine's load; what the run began with does not.
    [Fact]
    public void Resume_TakesTypesThreadsAndCacheThatTheRunRecorded()
    {
        string[] options = [.. Constant, "Phases:grpo:Iterations=3", "Compute:Dtype=auto", "Compute:Threads=0"];
        _runs.RunUntil("run", r => r is { Phase: "grpo", Step: 2 }, options);
        JsonObject began = Environment();
        Assert.Equal(2L << 30, began["maxCacheBytes"]!.GetValue<long>());
        string other = began["computeType"]!.GetValue<string>() == "float32" ? "bfloat16" : "float32";
        ChangeEnvironment(e =>
        {
            e["computeType"] = other;
            e["threads"] = 1;
            e["maxCacheBytes"] = 60_000;
        });
        _runs.Run("run", [.. options, "Run:Resume=true"]);
        JsonObject resumed = Environment();
        Assert.Equal(
            (other, 1, 60_000L),
            (resumed["computeType"]!.GetValue<string>(), resumed["threads"]!.GetValue<int>(), resumed["maxCacheBytes"]!.GetValue<long>())
        );
        Assert.Equal(1, get_num_threads());
        Assert.Contains(_runs.Log.Warnings, w => w.Contains("responses are decoded together instead of 7", StringComparison.Ordinal));
    }

    [Fact]
    public void Resume_WithoutTheRecordedEnvironment_IsRefusedByTheFilesName_UnlessAllowed()
    {
        string[] options = [.. Constant, "Phases:grpo:Iterations=3"];
        _runs.RunUntil("run", r => r is { Phase: "grpo", Step: 2 }, options);
        string path = Path.Combine(_runs.At("run"), "environment.json");
        string environment = File.ReadAllText(path);
        string[] resumed = [.. options, "Run:Resume=true"];
        foreach (string? damaged in (string?[])[null, "{", "null", "[]"])
        {
            File.Delete(path);
            if (damaged is not null)
            {
                File.WriteAllText(path, damaged);
            }

            string message = Assert.ThrowsAny<Exception>(() => _runs.Run("run", resumed)).Message;
            Assert.StartsWith(path, message, StringComparison.Ordinal);
            Assert.Contains("Run:AllowOtherEnvironment=true", message, StringComparison.Ordinal);
        }

        File.Delete(path);
        Assert.Throws<RunFolderException>(() => _runs.Run("run", resumed));
        Assert.False(File.Exists(path));
        Assert.Equal(3, _runs.Run("run", [.. resumed, "Run:AllowOtherEnvironment=true"]).Steps);
        Assert.Contains(_runs.Log.Warnings, w => w.StartsWith(path, StringComparison.Ordinal));
        Assert.Equal(environment, File.ReadAllText(path));
    }

    [Theory]
    [InlineData("iterations", "\"two\"", "phases:1:iterations is \"two\"; it must be a whole number")]
    [InlineData("iterations", "2.5", "phases:1:iterations is 2.5")]
    [InlineData("iterations", "99999999999", "phases:1:iterations is 99999999999")]
    [InlineData("iterations", "null", "phases:1:iterations is null")]
    [InlineData("iterations", "{\"a\":[1]}", "phases:1:iterations is {\"a\":[1]}")]
    [InlineData("decay", "3", "phases:1:optimizer:decay is 3; it must be one of constant, linear, cosine")]
    [InlineData("decay", "\"3\"", "phases:1:optimizer:decay is \"3\"")]
    [InlineData("decay", "null", "phases:1:optimizer:decay is null")]
    [InlineData("optimizer", "7", "phases:1:optimizer:decay is null")]
    public void Resume_WithARecordedConfigurationOfWrongTypes_NamesFileAndKey(string key, string value, string says)
    {
        string[] options = [.. Constant, "Phases:grpo:Iterations=2"];
        string path = Path.Combine(_runs.At("run"), "configuration.json");
        Directory.CreateDirectory(_runs.At("run"));
        ConfigurationSources sources = ConfigurationSources.FromCommandLine(
            ["Run:Folder=" + _runs.At("run"), .. options],
            MathGrpoProgram.Tiny
        );
        JsonObject recorded = JsonNode.Parse(ExperimentRun.Read(sources).ToJson())!.AsObject();
        JsonNode algorithm = recorded["phases"]![1]!;
        (key == "decay" ? algorithm["optimizer"]! : algorithm)[key] = JsonNode.Parse(value);
        File.WriteAllText(path, recorded.ToJsonString());
        string message = Assert
            .Throws<RunFolderException>(() => _runs.Run("run", [.. options, "Run:Resume=true", "Phases:grpo:Iterations=3"]))
            .Message;
        Assert.StartsWith(path, message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resume_WithAnotherConfiguration_QuotesNoMoreThanTheBeginningOfALongValue()
    {
        string[] options = [.. Constant, "Phases:grpo:Iterations=2"];
        _runs.Run("run", options);
        string path = Path.Combine(_runs.At("run"), "configuration.json");
        JsonObject recorded = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        recorded["run"]!["name"] = new string('x', 5000);
        File.WriteAllText(path, recorded.ToJsonString());
        string message = Assert.Throws<RunFolderException>(() => _runs.Run("run", [.. options, "Run:Resume=true"])).Message;
        Assert.Contains("run:name", message, StringComparison.Ordinal);
        Assert.InRange(message.Length, 0, 1000);
    }

    [Fact]
    public void Resume_WithADataFileThatChanged_IsRefusedByName()
    {
        string data = Path.Combine(_folder, "train.jsonl");
        File.WriteAllLines(
            data,
            Enumerable
                .Range(0, 40)
                .Select(i => $$"""{"question": "What is {{i}} + 1?", "answer": "{{i + 1}}", "solution": "{{i}} + 1 = {{i + 1}}"}""")
        );
        string[] options =
        [
            .. Constant,
            "Phases:grpo:Iterations=3",
            "Data:Train:Path=" + data,
            "Data:Train:Generator=null",
            "Data:Train:Solution=solution",
        ];
        _runs.RunUntil("run", r => r is { Phase: "grpo", Step: 2 }, options);
        byte[] before = File.ReadAllBytes(data);

        // The same size, another problem.
        File.WriteAllText(data, File.ReadAllText(data).Replace("What is 7 + 1?", "What is 8 + 1?", StringComparison.Ordinal));
        string[] resumed = [.. options, "Run:Resume=true", "Run:AllowOtherEnvironment=true"];
        string message = Assert.Throws<RunFolderException>(() => _runs.Run("run", resumed)).Message;
        Assert.Contains($"data:train:path: {data} has {before.Length} bytes (SHA-256 ", message, StringComparison.Ordinal);

        File.WriteAllBytes(data, before);
        Assert.Equal(3, _runs.Run("run", [.. options, "Run:Resume=true"]).Steps);
    }

    [Fact]
    public void Resume_FromMomentsThatDoNotFit_NamesTheirFile()
    {
        string[] options = [.. Constant, "Phases:grpo:Iterations=3"];
        _runs.RunUntil("run", r => r is { Phase: "grpo", Step: 2 }, options);
        string path = Path.Combine(_runs.Newest("run"), "optimizer.safetensors");
        using (Tensor other = zeros(3))
        {
            SafetensorsWriter.Write(path, [("first.model.norm.weight", other)]);
        }

        FolderManifest.Write(_runs.Newest("run"));

        string message = Assert.Throws<InvalidDataException>(() => _runs.Run("run", [.. options, "Run:Resume=true"])).Message;
        Assert.StartsWith(path, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resume_FromAStateThatContradictsItself_IsRefused()
    {
        string[] options = [.. Constant, "Phases:grpo:Iterations=3"];
        _runs.RunUntil("run", r => r is { Phase: "grpo", Step: 3 }, options);
        string path = Path.Combine(_runs.Newest("run"), "state.json");
        string state = File.ReadAllText(path);
        foreach (
            (string key, string says) in ((string, string)[])
                [
                    ("position", "position is 9, but 2 iterations draw 8 problems"),
                    ("optimizerSteps", "optimizerSteps is 9, but 2 iterations make at most 8"),
                ]
        )
        {
            JsonObject changed = JsonNode.Parse(state)!.AsObject();
            changed[key] = 9;
            File.WriteAllText(path, changed.ToJsonString());
            FolderManifest.Write(_runs.Newest("run"));
            string message = Assert.Throws<InvalidDataException>(() => _runs.Run("run", [.. options, "Run:Resume=true"])).Message;
            Assert.Contains(says, message, StringComparison.Ordinal);
            Assert.StartsWith(path, message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Data:Train:Path=/nowhere/train.jsonl")]
    [InlineData("Rewards:Shaping:0:channel=proces")]
    [InlineData("Compute:Device=cuda:9")]
    [InlineData("Prompt:MaxTokens=2")]
    [InlineData("Data:Demonstrations:Generator:Count=0")]
    public void FailedStart_LeavesNoRunFolder(string option)
    {
        string name = Path.Combine("runs", "failed");
        Assert.ThrowsAny<Exception>(() => _runs.Run(name, option));
        Assert.False(
            Directory.Exists(_runs.At("runs")),
            string.Join(", ", Directory.Exists(_runs.At(name)) ? Directory.GetFileSystemEntries(_runs.At(name)) : [])
        );
    }

    [Fact]
    public void FailedResume_LeavesTheRunAsItIs()
    {
        string[] options = [.. Constant, "Phases:grpo:Iterations=2"];
        _runs.Run("run", options);
        string[] before = [.. Directory.GetFileSystemEntries(_runs.At("run"), "*", SearchOption.AllDirectories).Order()];
        Assert.Throws<RunFolderException>(() => _runs.Run("run", options));
        Assert.Throws<RunFolderException>(() => _runs.Run("run", [.. options, "Run:Resume=true", "Phases:grpo:GroupSize=2"]));
        Assert.Equal(before, Directory.GetFileSystemEntries(_runs.At("run"), "*", SearchOption.AllDirectories).Order());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string WithoutAccuracy(string record)
    {
        string[] parts = [.. record.Split(", ").Where(p => !p.StartsWith(MetricNames.EvalTestAccuracy, StringComparison.Ordinal))];
        return string.Join(", ", parts);
    }

    private byte[] Weights(string run) => File.ReadAllBytes(Path.Combine(_runs.Newest(run), "model", "model.safetensors"));

    private JsonObject Environment() => JsonNode.Parse(File.ReadAllText(Path.Combine(_runs.At("run"), "environment.json")))!.AsObject();

    private void ChangeEnvironment(Action<JsonObject> change)
    {
        JsonObject environment = Environment();
        change(environment);
        File.WriteAllText(Path.Combine(_runs.At("run"), "environment.json"), environment.ToJsonString());
    }
}
