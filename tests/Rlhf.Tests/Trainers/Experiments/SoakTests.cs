using System.Diagnostics;
using System.Globalization;
using Rlhf.Records;

namespace Rlhf.Tests.Trainers.Experiments;

/// <summary>Three thousand optimizer steps: memory neither grows nor is forgotten.</summary>
[Trait("Category", "Long")]
public sealed class SoakTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-soak-").FullName;

    [Fact]
    public void ThreeThousandOptimizerSteps_LeaveMemoryFlat_AndTheNumberOfTensorsConstant()
    {
        LongTests.RequireEnabled();
        string config = Path.Combine(_folder, "tiny.json"),
            run = Path.Combine(_folder, "run");
        File.WriteAllText(config, MathGrpoProgram.Tiny);

        // A GRPO iteration of this configuration is four optimizer steps. In the first 200 the managed heap takes its size.
        ProcessStartInfo start = MathGrpoProgram.StartInfo(
            "--config",
            config,
            "Run:Folder=" + run,
            "Phases:sft:Iterations=1000",
            "Phases:sft:EvaluateEvery=0",
            "Phases:grpo:Iterations=500",
            "Evaluation:Every=0",
            "Checkpoints:Every=0"
        );

        // The heap grows and shrinks by regions, which are 4 MiB where nothing else is said: a single one in 250 iterations looks like a leak of
        // 16 KiB in each.
        start.Environment["DOTNET_GCRegionSize"] = "0x100000";
        start.Environment["DOTNET_GCgen0size"] = "0x400000";
        (int code, _, string errors) = MathGrpoProgram.Run(start);
        Assert.True(code == 0, errors);
        foreach (string phase in (string[])["sft", "grpo"])
        {
            IterationRecord[] all = [.. MetricsFileRecorder.Read(run).Where(r => r.Phase == phase && r.Step > 0)];
            double[] tensors = [.. all.Skip(all.Length / 10).Select(r => r.Find(MetricNames.TimeLiveTensors)!.Value).Distinct()];
            double[] memory = [.. all.Select(r => r.Find(MetricNames.TimeResidentBytes)!.Value)];
            double slope = TheilSen(memory[(memory.Length / 2)..]);
            output.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{phase}: {all.Length} iterations, resident memory {memory[0] / 1e6:F0} MB at first, {memory[^1] / 1e6:F0} MB at last, slope of the second half {slope / 1024:F2} KiB an iteration; live tensors {string.Join(", ", tensors)}"
                )
            );
            Assert.Single(tensors);
            Assert.InRange(slope, -64 * 1024, 4 * 1024);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Median of the slopes between all pairs: a single jump of the allocator does not count as growth.
    private static double TheilSen(double[] values)
    {
        double[] slopes =
        [
            .. Enumerable
                .Range(0, values.Length)
                .SelectMany(i => Enumerable.Range(i + 1, values.Length - i - 1).Select(j => (values[j] - values[i]) / (j - i))),
        ];
        Array.Sort(slopes);
        return slopes[slopes.Length / 2];
    }
}
