using System.Text.Json.Nodes;
using Rlhf.Trainers.Configuration;

namespace Rlhf.Tests.Trainers.Experiments;

/// <summary>The list of phases: any number of them, of any type, in any order.</summary>
public sealed class PhasesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-phases-").FullName;

    [Fact]
    public void TwoPhasesOfAType_HaveTheirOwnNamesReferencesAndRandomNumbers_AndAResumeGoesOnInTheSecond()
    {
        JsonNode json = JsonNode.Parse(MathGrpoProgram.Tiny)!;
        JsonArray phases = json["phases"]!.AsArray();
        phases.RemoveAt(0);
        phases.Add(phases[0]!.DeepClone());
        foreach ((string name, JsonNode? phase) in ((string[])["first", "second"]).Zip(phases))
        {
            phase!["name"] = name;
            phase["iterations"] = 2;
        }

        TinyRun runs = new(_folder) { Experiment = json.ToJsonString() };
        runs.Run("whole");
        string[] whole = runs.Records("whole");
        Assert.Equal(["first", "second"], whole.Select(r => r.Split(' ')[0]).Distinct());
        Assert.NotEqual(whole[0][5..], whole.First(r => r.StartsWith("second 1", StringComparison.Ordinal))[6..]);
        Assert.True(Directory.Exists(Path.Combine(runs.At("whole"), "reference")));
        Assert.True(Directory.Exists(Path.Combine(runs.At("whole"), "reference-second")));

        runs.RunUntil("killed", r => r is { Phase: "second", Step: 2 }, "Checkpoints:Every=1");
        runs.Run("killed", "Checkpoints:Every=1", "Run:Resume=true");
        Assert.Equal(whole, runs.Records("killed"));
    }

    [Fact]
    public void TwoPhasesOfOneName_AreRefused()
    {
        ConfigurationException e = Assert.Throws<ConfigurationException>(() => new TinyRun(_folder).Run("run", "Phases:0:Name=grpo"));
        Assert.Contains("two phases are named 'grpo'", e.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
