using System.Text.Json.Nodes;
using Rlhf.Records;
using Rlhf.Tests.Abstractions.Records;
using Rlhf.Trainers.Experiments;
using Rlhf.Trainers.Policy;

namespace Rlhf.Tests.Trainers.Experiments;

/// <summary>A run that chooses by the problems that it is measured on says so.</summary>
public sealed class SelectionWarningsTests
{
    private static readonly ExperimentOptions Plain = Options(validation: false);

    [Fact]
    public void Of_TestProblemsDecideEarlyStopAndBestCheckpoint_NamesBothAndTheRemedy()
    {
        string warning = Assert.Single(
            SelectionWarnings.Of(Plain with { Phases = [new GrpoOptions { EarlyStop = new() { Patience = 2 } }] })
        );
        Assert.Contains("phases:0:earlyStop", warning, StringComparison.Ordinal);
        Assert.Contains("checkpoints:keepBest", warning, StringComparison.Ordinal);
        Assert.Contains("data:validation", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_BestCheckpointAlone_MayBeSwitchedOff() =>
        Assert.Contains("set checkpoints:keepBest to false", Assert.Single(SelectionWarnings.Of(Plain)), StringComparison.Ordinal);

    [Fact]
    public void Of_NothingIsChosenByTestProblems_SaysNothing()
    {
        Assert.Empty(SelectionWarnings.Of(Options(validation: true)));
        Assert.Empty(SelectionWarnings.Of(Plain with { Checkpoints = new() { KeepBest = false } }));
        Assert.Empty(SelectionWarnings.Of(Plain with { Evaluation = new() { Every = 0 } }));
    }

    // A whole run of two iterations: what is wrong with its settings is said when it starts, and once.
    [Fact]
    public void Run_BiasedSamplingPaddingAndTestProblems_WarnsOfEachOnceAtTheStart()
    {
        string folder = Directory.CreateTempSubdirectory("rlhf-warnings-").FullName;
        try
        {
            JsonNode json = JsonNode.Parse(MathGrpoProgram.Tiny)!;
            json["run"]!["folder"] = Path.Combine(folder, "run");
            json["phases"]!.AsArray().RemoveAt(0);
            json["phases"]![0]!["iterations"] = 2;
            json["phases"]![0]!["rollout"]!["topP"] = 0.9;
            json["phases"]![0]!["advantage"]!["credit"] = "step_normalised";
            ListLogger log = new();
            int atStart = -1;
            ExperimentRun.Execute(
                ExperimentRun.Read(new() { Json = json.ToJsonString() }),
                (run, _) =>
                {
                    atStart = log.Warnings.Count();
                    return new MetricsFileRecorder(run);
                },
                _ => log,
                cancellationToken: TestContext.Current.CancellationToken
            );
            string[] warnings = [.. log.Warnings];
            foreach (
                string part in (string[])
                    ["topP 0.9 (the phase's rollout)", "decided by the test problems", "step_normalised credit subtracts"]
            )
            {
                Assert.InRange(Array.FindIndex(warnings, w => w.Contains(part, StringComparison.Ordinal)), 0, atStart - 1);
                Assert.Single(warnings, w => w.Contains(part, StringComparison.Ordinal));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ExperimentOptions Options(bool validation)
    {
        ExperimentOptions options = ExperimentRun.Read(new() { Json = MathGrpoProgram.Tiny }).Options;
        return options with
        {
            Phases = [options.Phases[^1]],
            Data = options.Data with { Validation = validation ? options.Data.Test : null },
        };
    }
}
