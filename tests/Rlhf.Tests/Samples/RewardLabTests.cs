using System.Diagnostics;

namespace Rlhf.Tests.Samples;

/// <summary>The program RewardLab, on its own example and on bad input.</summary>
public sealed class RewardLabTests : IDisposable
{
    private static readonly string Sample = Path.Combine(SharedData.RepositoryRoot, "samples", "RewardLab");

    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-lab-").FullName;

    [Fact]
    public void TheExample_ShowsEveryStage_AndDrawsIt()
    {
        (int code, string output, string errors) = Run(
            Path.Combine(Sample, "completions.jsonl"),
            Path.Combine(Sample, "pipeline.json"),
            "--steps",
            "--plots",
            Path.Combine(_folder, "plots")
        );
        Assert.True(code == 0, errors);
        foreach (
            string part in (string[])
                [
                    "Completions",
                    "Steps of line 6",
                    "Stages",
                    "clip",
                    "delta",
                    "0.768",
                    "-0.15",
                    "threshold 0.85, at_zero 0.591",
                    "prm/closed",
                    "invalid",
                ]
        )
        {
            Assert.Contains(part, output, StringComparison.Ordinal);
        }

        Assert.Equal(
            ["01-clip-prm.png", "02-delta-prm.png", "03-gate-prm.png"],
            Directory.GetFiles(Path.Combine(_folder, "plots")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("{\"question\":\"1+1\"}", "line 1", "response")]
    [InlineData("{\"question\":\"1+1\",\"response\":\"2\",\"reponse\":\"2\"}", "line 1", "reponse")]
    [InlineData("", "no completion", "")]
    [InlineData("{\"question\":null,\"response\":\"2\"}", "bad.jsonl, line 1", "question")]
    [InlineData("{\"question\":\"1+1\",\"response\":null}", "bad.jsonl, line 1", "response")]
    [InlineData("{\"question\":\"1+1\",\"response\":\"2\",\"scores\":null}", "bad.jsonl, line 1", "scores")]
    [InlineData("{\"question\":\"1+1\",\"response\":\"\\ud800\"}", "bad.jsonl, line 1", "half of a surrogate pair")]
    [InlineData("\n{\"question\":\"1\",\"question\":\"2\",\"response\":\"2\"}", "bad.jsonl, line 2", "stands twice")]
    [InlineData("null", "bad.jsonl, line 1", "null")]
    public void BadCompletions_AreRefusedWithTheirLine(string line, string first, string second)
    {
        string file = Path.Combine(_folder, "bad.jsonl");
        File.WriteAllText(file, line);
        (int code, _, string errors) = Run(file, Path.Combine(Sample, "pipeline.json"));
        Assert.NotEqual(0, code);
        Assert.Contains(first, errors, StringComparison.Ordinal);
        Assert.Contains(second, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void ABadPipeline_IsRefusedWithItsKey()
    {
        string file = Path.Combine(_folder, "pipeline.json");
        File.WriteAllText(
            file,
            File.ReadAllText(Path.Combine(Sample, "pipeline.json")).Replace("\"threshold\"", "\"treshold\"", StringComparison.Ordinal)
        );
        (int code, _, string errors) = Run(Path.Combine(Sample, "completions.jsonl"), file);
        Assert.Equal(2, code);
        Assert.Contains("treshold", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void ManyChannels_StandInRows_SoThatEachIsReadable()
    {
        string file = Path.Combine(_folder, "pipeline.json");
        string scored = string.Join(
            ",",
            Enumerable.Range(0, 20).Select(i => $$"""{ "type": "length", "name": "length_{{i}}", "unit": "words" }""")
        );
        File.WriteAllText(file, $$"""{ "sources": [{{scored}}], "weights": { "length_0": 1 } }""");
        (int code, string output, string errors) = Run(Path.Combine(Sample, "completions.jsonl"), file);
        Assert.True(code == 0, errors);
        Assert.All(Enumerable.Range(0, 20), i => Assert.Contains($"length_{i} ", output, StringComparison.Ordinal));
    }

    [Fact]
    public void WhatCannotBeScored_IsSaidWithItsReason()
    {
        string file = Path.Combine(_folder, "completions.jsonl");
        File.WriteAllLines(
            file,
            [
                """{"question":"1+1","answer":"2","response":"1+1=2\n#### 2","scores":{"prm":[0.9]}}""",
                """{"question":"1+1","answer":"2","response":"#### 2","scores":{"prm":"good"}}""",
            ]
        );
        (int code, string output, string errors) = Run(file, Path.Combine(Sample, "pipeline.json"));
        Assert.True(code == 0, errors);
        Assert.Contains("invalid", output, StringComparison.Ordinal);
        Assert.Contains("problem 1 (Malformed: 1 values instead of 2)", errors, StringComparison.Ordinal);
        Assert.Contains("one score a step", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void AReturnWithoutARequiredReward_IsInvalidNotZero()
    {
        string completions = Path.Combine(_folder, "completions.jsonl"),
            pipeline = Path.Combine(_folder, "pipeline.json");
        File.WriteAllLines(
            completions,
            ["""{"question":"1","response":"a","scores":{"rm":1}}""", """{"question":"1","response":"b","scores":{"rm":null}}"""]
        );
        File.WriteAllText(pipeline, """{ "sources": [{ "type": "recorded", "name": "rm" }], "weights": { "rm": 1 } }""");
        (int code, string output, string errors) = Run(completions, pipeline);
        Assert.True(code == 0, errors);
        Assert.Matches("b +│ 1 +│ invalid │ invalid", output);
    }

    // The one answers right where the other answers wrong, so the reward agrees with one of them only.
    [Theory]
    [InlineData(null, "", "several reward sources compare with the reference answer (number, box)")]
    [InlineData("number", "1", "")]
    [InlineData("box", "-1", "")]
    public void SeveralVerifiers_TheOneThatIsNamedIsComparedWith(string? verifier, string correlation, string warning)
    {
        string completions = Path.Combine(_folder, "completions.jsonl"),
            pipeline = Path.Combine(_folder, "pipeline.json");
        File.WriteAllLines(
            completions,
            [
                """{"question":"1+1","answer":"2","response":"\\boxed{2}\n#### 3","scores":{"rm":0}}""",
                """{"question":"1+1","answer":"2","response":"\\boxed{3}\n#### 2","scores":{"rm":1}}""",
            ]
        );
        File.WriteAllText(
            pipeline,
            """
            {
              "sources": [{ "type": "recorded", "name": "rm" }, { "type": "last_number", "name": "number" }, { "type": "boxed", "name": "box" }],
              "shaping": [{ "type": "affine", "channel": "rm", "scale": 2 }],
              "weights": { "rm": 1 }
            }
            """
        );
        string[] named = verifier is null ? [] : ["--verifier", verifier];
        (int code, string output, string errors) = Run([completions, pipeline, .. named]);
        Assert.True(code == 0, errors);
        string[] cells =
        [
            .. output
                .Split('\n')
                .Select(l => l.Split('│'))
                .First(l => l.Length > 9 && l[1].Trim() == "affine" && l[2].Trim() == "rm")
                .Select(c => c.Trim()),
        ];
        Assert.Equal(correlation, cells[9]);
        Assert.Contains(warning, errors, StringComparison.Ordinal);
        Assert.Equal(warning.Length == 0, errors.Length == 0);
    }

    [Fact]
    public void AVerifierThatIsNoSource_IsRefusedWithTheOneThatWasMeant()
    {
        (int code, _, string errors) = Run(
            Path.Combine(Sample, "completions.jsonl"),
            Path.Combine(Sample, "pipeline.json"),
            "--verifier",
            "verifer"
        );
        Assert.Equal(2, code);
        Assert.Contains("command line: --verifier is 'verifer'", errors, StringComparison.Ordinal);
        Assert.Contains("Did you mean verifier?", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void ScoresThatNoCompletionHas_AreRefusedWithTheNamesThereAre()
    {
        string file = Path.Combine(_folder, "pipeline.json");
        File.WriteAllText(
            file,
            File.ReadAllText(Path.Combine(Sample, "pipeline.json")).Replace("\"prm\"", "\"prn\"", StringComparison.Ordinal)
        );
        (int code, _, string errors) = Run(Path.Combine(Sample, "completions.jsonl"), file);
        Assert.NotEqual(0, code);
        Assert.Contains("'prn': no completion has scores of that name; there are: prm", errors, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        string program = Path.Combine(Sample, "bin", Trainers.Experiments.MathGrpoProgram.Configuration, "net10.0", "RewardLab.dll");
        using Process process = Process.Start(
            new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.GetAwaiter().GetResult());
    }
}
