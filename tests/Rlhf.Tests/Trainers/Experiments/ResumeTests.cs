using System.Diagnostics;
using System.Text.Json.Nodes;
using Rlhf.Safetensors;

namespace Rlhf.Tests.Trainers.Experiments;

/// <summary>What happens to a run whose process ends before it does.</summary>
public sealed class ResumeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-resume-").FullName;

    [Fact]
    public void KilledAndResumed_LeavesTheSameMetricsAsAnUninterruptedRun()
    {
        string config = WriteConfig();
        (int code, string output, string errors) = MathGrpoProgram.Run("--config", config, "Run:Folder=" + At("whole"));
        Assert.True(code == 0, errors);
        Assert.StartsWith("result: accuracy_before ", output.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);

        // Killed right after its first, third, … record, wherever the process is then.
        for (int lines = 1; lines < 14; lines += 3)
        {
            using Process process = MathGrpoProgram.Start("--config", config, "Run:Folder=" + At("killed"), "Run:Resume=true");
            while (!process.HasExited && Lines("killed").Length < lines)
            {
                process.WaitForExit(2);
            }

            process.Kill();
            process.WaitForExit();
        }

        (code, output, errors) = MathGrpoProgram.Run("--config", config, "Run:Folder=" + At("killed"), "Run:Resume=true");
        Assert.True(code == 0, errors);
        Assert.Equal(WithoutTime("whole"), WithoutTime("killed"));
        Assert.Equal(13, Lines("killed").Length);
        Assert.Equal(
            File.ReadAllBytes(
                Directory
                    .GetFiles(At("whole"), "model.safetensors", SearchOption.AllDirectories)
                    .Where(f => f.Contains("grpo-000006", StringComparison.Ordinal))
                    .Single()
            ),
            File.ReadAllBytes(
                Directory
                    .GetFiles(At("killed"), "model.safetensors", SearchOption.AllDirectories)
                    .Where(f => f.Contains("grpo-000006", StringComparison.Ordinal))
                    .Single()
            )
        );
    }

    [Fact]
    public void AChannelThatTheMonitorSwitchedOff_StaysOffAfterAResume_AndTheMonitorGoesOn()
    {
        JsonObject json = JsonNode
            .Parse(File.ReadAllText(WriteConfig()), documentOptions: new() { CommentHandling = System.Text.Json.JsonCommentHandling.Skip })!
            .AsObject();
        json["rewards"]!["weights"] = new JsonObject
        {
            ["verifier"] = 1,
            ["format"] = 1,
            ["process"] = 1,
        };
        json["monitor"] = new JsonObject
        {
            ["window"] = 8,
            ["significance"] = 0,
            ["growth"] = 0,
            ["minimumRise"] = 100,
            ["action"] = "switch_off",
            ["channels"] = new JsonArray("process"),
        };
        File.WriteAllText(At("watched.json"), json.ToJsonString());
        string[] few =
        [
            "--config",
            At("watched.json"),
            "Phases:sft:Iterations=2",
            "Phases:grpo:Iterations=14",
            "Checkpoints:Every=3",
            "Evaluation:Every=0",
        ];
        (int code, _, string errors) = MathGrpoProgram.Run([.. few, "Run:Folder=" + At("whole")]);
        Assert.True(code == 0, errors);
        Assert.Contains("Channel process is out of the return from iteration", errors, StringComparison.Ordinal);
        using (Process process = MathGrpoProgram.Start([.. few, "Run:Folder=" + At("killed")]))
        {
            while (!process.HasExited && Lines("killed").Length < 2 + 1 + 11)
            {
                process.WaitForExit(2);
            }

            process.Kill();
            process.WaitForExit();
        }

        (code, _, errors) = MathGrpoProgram.Run([.. few, "Run:Folder=" + At("killed"), "Run:Resume=true"]);
        Assert.True(code == 0, errors);
        Assert.Equal(WithoutTime("whole"), WithoutTime("killed"));
        Assert.Contains("\"monitor/alarms\":1", string.Concat(Lines("killed")), StringComparison.Ordinal);
        foreach (string run in (string[])["whole", "killed"])
        {
            string newest = Directory.GetDirectories(Path.Combine(At(run), "checkpoints"), "grpo-*").Order(StringComparer.Ordinal).Last();
            using SafetensorsFile stages = SafetensorsFile.Open(Path.Combine(newest, "stages.safetensors"));
            Assert.Contains("switched_off/process", stages.Names);
        }
    }

    [Fact]
    public async Task Interrupted_FinishesTheIteration_SavesAndSaysHowToGoOn()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "signals are sent with kill");
        string config = WriteConfig();
        string[] few =
        [
            "--config",
            config,
            "Phases:sft:Iterations=3",
            "Phases:grpo:Iterations=5000",
            "Checkpoints:Every=100000",
            "Evaluation:Every=0",
        ];
        using Process process = MathGrpoProgram.Start([.. few, "Run:Folder=" + At("stopped")]);
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken),
            errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        while (!process.HasExited && Lines("stopped").Length < 6)
        {
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }

        using Process kill = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await process
            .WaitForExitAsync(TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("Run:Resume=true", await errors, StringComparison.Ordinal);
        Assert.DoesNotContain("result:", await output, StringComparison.Ordinal);

        // Nothing of what was recorded is lost or made again.
        string[] before = WithoutTime("stopped");
        Assert.NotEmpty(Directory.GetDirectories(Path.Combine(At("stopped"), "checkpoints")));
        using Process resumed = MathGrpoProgram.Start([.. few, "Run:Folder=" + At("stopped"), "Run:Resume=true"]);
        while (!resumed.HasExited && Lines("stopped").Length < before.Length + 3)
        {
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }

        resumed.Kill();
        await resumed.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(before, WithoutTime("stopped")[..before.Length]);
    }

    [Fact]
    public void RunFolder_WithARunInIt_IsRefusedUnlessResumed_AndWithAnotherConfigurationAlways()
    {
        string config = WriteConfig();
        string[] few =
        [
            "--config",
            config,
            "Run:Folder=" + At("run"),
            "Phases:sft:Iterations=1",
            "Phases:sft:EvaluateEvery=0",
            "Phases:grpo:Iterations=1",
        ];
        Assert.Equal(0, MathGrpoProgram.Run(few).ExitCode);
        (int code, _, string errors) = MathGrpoProgram.Run(few);
        Assert.NotEqual(0, code);
        Assert.Contains("Run:Resume=true", errors, StringComparison.Ordinal);

        (code, _, errors) = MathGrpoProgram.Run([.. few, "Run:Resume=true", "Phases:grpo:GroupSize=2"]);
        Assert.NotEqual(0, code);
        Assert.Contains("phases:1:groupSize is 2 and was 4", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void KlInRewardAndLoss_IsRefused_AndInTheRewardAloneRuns()
    {
        JsonObject json = JsonNode.Parse(File.ReadAllText(WriteConfig()))!.AsObject();
        json["rewards"]!["shaping"]!.AsArray().Add(new JsonObject { ["type"] = "kl" });
        json["rewards"]!["weights"]!["kl"] = 0.01;
        json["phases"]![1]!["advantage"] = new JsonObject { ["credit"] = "episode", ["scale"] = "none" };
        File.WriteAllText(At("twice.json"), json.ToJsonString());
        (int code, _, string errors) = MathGrpoProgram.Run("--config", At("twice.json"), "Run:Folder=" + At("twice"));
        Assert.Equal(2, code);
        Assert.Contains("applied twice", errors, StringComparison.Ordinal);

        json["phases"]![1]!.AsObject().Remove("kl");
        File.WriteAllText(At("once.json"), json.ToJsonString());
        (code, _, errors) = MathGrpoProgram.Run(
            "--config",
            At("once.json"),
            "Run:Folder=" + At("once"),
            "Phases:sft:Iterations=1",
            "Phases:sft:EvaluateEvery=0",
            "Phases:grpo:Iterations=2",
            "Evaluation:Every=0"
        );
        Assert.True(code == 0, errors);

        // The first iteration's policy is the reference; its update moves it.
        Assert.Contains("\"shaping/kl/kl/mean\":", Lines("once")[^1], StringComparison.Ordinal);
        Assert.NotEqual(0, JsonNode.Parse(Lines("once")[^1])!["shaping/kl/kl/mean"]!.GetValue<double>());
        Assert.Equal(0, JsonNode.Parse(Lines("once")[^2])!["shaping/kl/kl/mean"]!.GetValue<double>(), 1e-5);
    }

    [Theory]
    [InlineData("Phases:grpo:GroupSiz=4", "phases:1:groupSiz", "groupSize")]
    [InlineData("Phases:grpo:GroupSize=1", "phases:1:groupSize is 1", "the command line")]
    [InlineData("Phases:grpo:GroupSize=many", "phases:1:groupSize", "the command line")]
    [InlineData("Rewards:Shaping:9:channel=x", "Rewards:Shaping:9", "not added")]
    [InlineData("Rewards:Weights:oracle=1", "oracle", "verifier")]
    [InlineData("Phases:grpo:Minibatches=3", "phases:1:minibatches is 3", "promptsPerIteration, 4")]
    [InlineData("Rewards:Shaping:0:channel=proces", "tiny.json", "stage 'clip'", "'proces'")]
    [InlineData("Rewards:Sources:1:rule=pattern", "tiny.json", "sources:1", "needs a Pattern")]
    [InlineData("Rewards:Scoring:Deadline=00:00:00", "tiny.json", "scoring", "deadline")]
    [InlineData("Model:Path=/nowhere", "model:path is /nowhere", "exactly one")]
    [InlineData("Data:Test:Path=missing.jsonl", "missing.jsonl", "exactly one")]
    [InlineData("resume", "'resume' is not understood", "Section:Key=value")]
    public void BadOption_IsRefusedBeforeAnythingIsWritten(string word, params string[] mentions)
    {
        (int code, _, string errors) = MathGrpoProgram.Run("--config", WriteConfig(), "Run:Folder=" + At("refused"), word);
        Assert.Equal(2, code);
        Assert.All(mentions, m => Assert.Contains(m, errors, StringComparison.OrdinalIgnoreCase));
        Assert.False(Directory.Exists(At("refused")) && Directory.GetFiles(At("refused"), "metrics.jsonl").Length > 0);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    private string WriteConfig()
    {
        File.WriteAllText(At("tiny.json"), MathGrpoProgram.Tiny);
        return At("tiny.json");
    }

    private string[] Lines(string run) =>
        File.Exists(Path.Combine(At(run), "metrics.jsonl")) ? File.ReadAllLines(Path.Combine(At(run), "metrics.jsonl")) : [];

    private string[] WithoutTime(string run) =>
        [
            .. Lines(run)
                .Select(line =>
                {
                    JsonObject record = JsonNode.Parse(line)!.AsObject();
                    foreach (string name in record.Select(p => p.Key).Where(k => k.StartsWith("time/", StringComparison.Ordinal)).ToArray())
                    {
                        record.Remove(name);
                    }

                    return record.ToJsonString();
                }),
        ];
}
