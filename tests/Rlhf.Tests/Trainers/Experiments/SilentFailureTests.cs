using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Rlhf.Records;
using Rlhf.Rewards;
using Rlhf.Tests.Abstractions.Records;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Experiments;

namespace Rlhf.Tests.Trainers.Experiments;

/// <summary>Whole runs whose rewards cannot work: they end with the cause instead of completing.</summary>
public sealed class SilentFailureTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-silent-").FullName;
    private readonly ListLogger _log = new();

    [Fact]
    public void AConfiguredSourceThatThrows_EndsTheRun_WithItsStackAndANonZeroExitCode()
    {
        JsonNode json = Tiny(["1", "2", "3"]);
        json["rewards"]!["sources"] = JsonNode.Parse("""[ { "type": "last_number" }, { "type": "throwing", "name": "mine" } ]""");
        json["rewards"]!["weights"] = JsonNode.Parse("""{ "verifier": 1, "mine": 1 }""");
        using StringWriter errors = new();
        Assert.Equal(ConsoleProgram.Failed, ConsoleProgram.Run(_ => Execute(json), errors));
        Assert.Contains("reward source 'mine' could not score any completion", errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("my own bug", errors.ToString(), StringComparison.Ordinal);
        Assert.Contains(nameof(Throw), errors.ToString(), StringComparison.Ordinal);

        json["rewards"]!["toleratedInvalidIterations"] = 2;
        json["run"]!["folder"] = Path.Combine(_folder, "tolerated");
        Assert.Equal(ConsoleProgram.Success, ConsoleProgram.Run(_ => Execute(json), errors));
    }

    [Fact]
    public void AVerifierThatThrows_EndsTheEvaluation_InsteadOfAnAccuracyOfZero()
    {
        JsonNode json = Tiny(["1", "2"]);
        json["rewards"]!["sources"] = JsonNode.Parse("""[ { "type": "throwing", "name": "mine" } ]""");
        json["rewards"]!["weights"] = JsonNode.Parse("""{ "mine": 1 }""");
        json["evaluation"] = JsonNode.Parse("""{ "verifier": "mine" }""");
        using StringWriter errors = new();
        Assert.Equal(ConsoleProgram.Failed, ConsoleProgram.Run(_ => Execute(json), errors));
        Assert.StartsWith("Evaluation: reward source 'mine' could not score any of the", errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("my own bug", errors.ToString(), StringComparison.Ordinal);
        Assert.Contains(_log.Warnings, w => w.Contains("mine", StringComparison.Ordinal));
    }

    [Fact]
    public void AVerifierThatCanJudgeNoAnswer_SaysSoWhenTheDataAreRead_WithTheRemedy()
    {
        using StringWriter errors = new();
        Assert.Equal(ConsoleProgram.Failed, ConsoleProgram.Run(_ => Execute(Tiny(["red", "blue"])), errors));
        Assert.Contains(
            "Data:Train: reward source 'verifier' cannot judge by the answer of any of the 2 problems",
            errors.ToString(),
            StringComparison.Ordinal
        );
        Assert.Contains("'red' is no number", errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("the types math, exact and set_f1 judge other answers", errors.ToString(), StringComparison.Ordinal);
        Assert.Single(errors.ToString().TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("leave_out", "left out", 0)]
    [InlineData("score_invalid", "kept, and their rewards by it are invalid", 4)]
    public void AnswersThatCannotBeRead_AreCountedAndListed_AndLeftOutOrInvalid(string option, string done, int invalid)
    {
        JsonNode json = Tiny(["1", "red", "3", "blue"]);
        json["data"]!["unreadableAnswers"] = option;
        Assert.Equal(ConsoleProgram.Success, ConsoleProgram.Run(_ => Execute(json)));
        string warning = Assert.Single(_log.Warnings, w => w.StartsWith("Data:Train: ", StringComparison.Ordinal));
        Assert.Contains(
            $"2 of 4 problems, which are {done} (Data:UnreadableAnswers): problem 2: 'red' is no number; problem 4: 'blue' is no number.",
            warning,
            StringComparison.Ordinal
        );
        Assert.Equal(2, _log.Lines.Count(l => l.Text.StartsWith("Data:Train: problem", StringComparison.Ordinal)));
        using JsonDocument last = JsonDocument.Parse(File.ReadLines(Path.Combine(_folder, "run", "metrics.jsonl")).Last());
        Assert.Equal(8, last.RootElement.GetProperty("rollout/samples").GetInt32());
        Assert.Equal(invalid, last.RootElement.GetProperty("reward/verifier/invalid").GetInt32());
    }

    [Theory]
    [InlineData("""[ { "type": "format" }, { "type": "last_number" } ]""", null, "verifier")]
    [InlineData("""[ { "type": "last_number", "name": "a" }, { "type": "math", "name": "b" } ]""", "b", "b")]
    [InlineData("""[ { "type": "last_number", "name": "a" }, { "type": "format" } ]""", "format", "format")]
    public void Accuracy_ComesFromTheSourceThatIsNamed_ElseFromTheOnlyOneThatVerifies(string sources, string? named, string expected) =>
        Assert.Equal(expected, Sources(sources).FindVerifier(named).Name);

    [Theory]
    [InlineData("""[ { "type": "length" }, { "type": "format" } ]""", null, "no reward source compares with the reference answer")]
    [InlineData(
        """[ { "type": "last_number", "name": "a" }, { "type": "math", "name": "b" } ]""",
        null,
        "several reward sources compare with the reference answer (a, b); choose one of: a, b"
    )]
    [InlineData(
        """[ { "type": "last_number" } ]""",
        "verifer",
        "'verifer', which no reward source is called; choose one of: verifier. Did you mean verifier?"
    )]
    [InlineData("""[ { "type": "arithmetic_steps" } ]""", "process", "a source that scores steps")]
    public void Accuracy_FromNoneOrSeveral_IsRefused(string sources, string? named, string message)
    {
        ConfigurationException e = Assert.Throws<ConfigurationException>(() => Sources(sources).FindVerifier(named));
        Assert.StartsWith("evaluation:verifier", e.Message, StringComparison.Ordinal);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static RewardSources Sources(string json) =>
        RewardSources.Create(
            JsonSerializer.Deserialize<List<RewardSourceOptions>>(
                json,
                ConfigurationReader.SerializerOptions(ExperimentRegistry.Default.Converters())
            )!,
            ExperimentRegistry.Default,
            new()
        );

    private JsonNode Tiny(string[] answers)
    {
        string data = Path.Combine(_folder, "problems.jsonl"),
            test = Path.Combine(_folder, "test.jsonl");
        File.WriteAllLines(data, answers.Select((a, i) => JsonSerializer.Serialize(new { question = $"what is {i}", answer = a })));
        File.WriteAllText(test, """{ "question": "what is 7", "answer": "7" }""");
        JsonNode json = JsonNode.Parse(MathGrpoProgram.Tiny)!;
        json["run"]!["folder"] = Path.Combine(_folder, "run");
        json["data"] = new JsonObject
        {
            ["train"] = new JsonObject { ["path"] = data },
            ["test"] = new JsonObject { ["path"] = test },
        };
        json["phases"]!.AsArray().RemoveAt(0);
        json["phases"]![0]!["iterations"] = 2;
        json["phases"]![0]!["promptsPerIteration"] = 4;
        json["phases"]![0]!["groupSize"] = 2;
        json["rewards"] = JsonNode.Parse("""{ "sources": [ { "type": "last_number" } ], "weights": { "verifier": 1 } }""");
        json["evaluation"] = JsonNode.Parse("""{ "every": 0 }""");
        return json;
    }

    private int Execute(JsonNode json)
    {
        ExperimentRegistry registry = ExperimentRegistry.Default.WithSource<ThrowingOptions>(
            "throwing",
            o => FunctionRewardSource.Outcome(o.Name, Throw)
        );
        ResolvedConfiguration<ExperimentOptions> experiment = ExperimentRun.Read(new() { Json = json.ToJsonString() }, registry);
        ExperimentRun.Execute(
            experiment,
            (folder, _) => new MetricsFileRecorder(folder),
            _ => _log,
            registry,
            TestContext.Current.CancellationToken
        );
        return ConsoleProgram.Success;
    }

    private static double? Throw(Completion completion) => throw new NotSupportedException("my own bug");

    private sealed class ThrowingOptions : RewardSourceOptions
    {
        public override string Name { get; init; } = "throwing";
    }
}
