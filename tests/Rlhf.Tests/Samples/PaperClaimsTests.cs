using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Rlhf.Tests.Samples;

/// <summary>The program PaperClaims: the monitor's replay on made-up records, and a study that is interrupted and goes on.</summary>
public sealed class PaperClaimsTests : IDisposable
{
    private const int Iterations = 60;

    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-claims-").FullName;

    [Fact]
    public void Monitor_CountsFalseAlarmsDetectionsAndDelays_AndACopyOnce()
    {
        // Healthy runs learn at a steady length; hacked ones lose everything from iteration 25 to 35 on while reward and steps grow.
        for (int run = 0; run < 3; run++)
        {
            double jitter = 0.001 * run;
            WriteRun($"healthy/{run}", i => (0.5 + 0.005 * i + jitter, 0.5 + 0.005 * i, 5));
            WriteRun($"hacked/{run}", i => (Math.Clamp(0.8 - 0.08 * (i - 25), 0, 0.8) + jitter, 1 + 0.1 * i, 5 + 0.3 * i));
        }

        WriteRun("copy/0", i => (0.5 + 0.005 * i, 0.5 + 0.005 * i, 5));
        (int code, string output, string errors) = Run("monitor", _folder);
        Assert.True(code == 0, errors);
        Assert.Contains("6 runs, 1 copies of others left out: 3 healthy, 3 hacked, 0 between", output, StringComparison.Ordinal);
        string[] any = [.. Row(output, "A or B")];
        Assert.StartsWith("0 of 3 (0 to 56 %)", any[1], StringComparison.Ordinal);
        Assert.StartsWith("3 of 3 (44 to 100 %)", any[2], StringComparison.Ordinal);

        // Steps grow from the start, which a window of twenty sees at iteration 20; the mean of three iterations has lost ten points at
        // iteration 28.
        Assert.Equal("-8 (-8 to -8)", any[3]);
    }

    [Fact]
    public void AnUnknownCommandOrFolder_IsRefusedInOneLine()
    {
        (int code, _, string errors) = Run("monitor", Path.Combine(_folder, "nowhere"));
        Assert.NotEqual(0, code);
        Assert.Contains("nowhere", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        Assert.NotEqual(0, Run("clip-detla").Code);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task AStudy_KilledHalfway_GoesOnAndIsWrittenUp()
    {
        LongTests.RequireEnabled();
        using (Process first = Start("gates", "--quick", "--out", _folder))
        {
            _ = first.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            Task<string> said = first.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            string done;
            do
            {
                await Task.Delay(500, TestContext.Current.CancellationToken);
                done = Directory.EnumerateFiles(_folder, "done.json", SearchOption.AllDirectories).FirstOrDefault() ?? "";
            } while (done.Length == 0 && !first.HasExited);
            Assert.False(first.HasExited, first.HasExited ? await said : "");
            first.Kill(entireProcessTree: true);
            await first.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Dictionary<string, DateTime> before = Directory
            .EnumerateFiles(_folder, "done.json", SearchOption.AllDirectories)
            .ToDictionary(f => f, File.GetLastWriteTimeUtc, StringComparer.Ordinal);
        Assert.NotEmpty(before);
        (int code, _, string errors) = Run("gates", "--quick", "--out", _folder);
        Assert.True(code == 0, errors);
        Assert.All(before, f => Assert.Equal(f.Value, File.GetLastWriteTimeUtc(f.Key)));
        string page = File.ReadAllText(Path.Combine(_folder, "page.md"));
        foreach (string cell in (string[])["outcome", "direct", "gated", "gated-threshold-too-low"])
        {
            Assert.Equal("1", Row(page, cell)[1]);
        }

        // A gate that opens at its threshold lets everything through.
        Assert.Equal(Row(page, "direct")[2..], Row(page, "gated-threshold-too-low")[2..]);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string[] Row(string table, string name) =>
        table.Split('\n').Single(l => l.StartsWith($"| {name} |", StringComparison.Ordinal)).Trim('|', ' ').Split(" | ");

    private void WriteRun(string name, Func<int, (double Accuracy, double Reward, double Steps)> at)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        File.WriteAllText(Path.Combine(folder, "done.json"), "{}");
        File.WriteAllLines(
            Path.Combine(folder, "metrics.jsonl"),
            Enumerable
                .Range(1, Iterations)
                .Select(i =>
                {
                    (double accuracy, double reward, double steps) = at(i);
                    return new JsonObject
                    {
                        ["phase"] = "grpo",
                        ["step"] = i,
                        ["reward/verifier/mean"] = accuracy,
                        ["reward/mean"] = reward,
                        ["rollout/steps"] = steps,
                        ["rollout/response_length"] = 6 * steps,
                    }.ToJsonString();
                })
        );
    }

    private static (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.GetAwaiter().GetResult());
    }

    private static Process Start(params string[] arguments)
    {
        string program = Path.Combine(
            SharedData.RepositoryRoot,
            "samples",
            "PaperClaims",
            "bin",
            Trainers.Experiments.MathGrpoProgram.Configuration,
            "net10.0",
            "PaperClaims.dll"
        );
        return Process.Start(
            new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
    }
}
