using System.Text.Json.Nodes;
using Rlhf.Trainers.Experiments;
using Rlhf.Trainers.Optimization;
using Rlhf.Trainers.Runs;

namespace Rlhf.Tests.Trainers.Experiments;

/// <summary>A checkpoint's <c>state.json</c> is checked, not trusted.</summary>
public sealed class CheckpointStateTests : IDisposable
{
    private static readonly TrainingState State = new()
    {
        Phase = "grpo",
        Step = 4,
        PlannedSteps = 6,
        Position = 16,
        OptimizerSteps = 15,
        Schedule = new(0, 1e-3, 2, LearningRateDecay.Cosine, 0.1),
        SkippedInARow = 1,
        AccuracyBefore = 0.25,
        BestAccuracy = 0.5,
        EvaluationsWithoutBest = 1,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-state-").FullName;
    private readonly SavedCheckpoint _checkpoint;

    public CheckpointStateTests()
    {
        _checkpoint = new(Path.Combine(_folder, "grpo-000004"), "grpo", 4);
        Directory.CreateDirectory(_checkpoint.Folder);
        CheckpointState.Write(_checkpoint.Folder, State);
    }

    private string FilePath => Path.Combine(_checkpoint.Folder, CheckpointState.FileName);

    public static TheoryData<string> Keys =>
        [
            "formatVersion",
            "phase",
            "step",
            "plannedSteps",
            "phaseIsOver",
            "position",
            "optimizerSteps",
            "schedule",
            "skippedInARow",
            "accuracyBefore",
            "accuracyAfter",
            "bestAccuracy",
            "evaluationsWithoutBest",
        ];

    [Fact]
    public void Read_WhatWasWritten_GivesTheSame() => Assert.Equal(State, Read());

    [Theory]
    [MemberData(nameof(Keys))]
    public void Read_WithoutAKey_IsRefused(string key)
    {
        Change(s => s.Remove(key));
        Refused($"'{key}' is missing");
    }

    [Fact]
    public void Keys_AreAllThatAStateHas() =>
        Assert.Equal(JsonNode.Parse(File.ReadAllText(FilePath))!.AsObject().Select(p => p.Key).Order(), Keys.Select(k => k.Data).Order());

    [Theory]
    [InlineData("phase", "\"ppo\"", "phase is 'ppo', and this run has the phases sft, grpo")]
    [InlineData("phase", "\"sft\"", "phase is 'sft' in the checkpoint grpo-000004")]
    [InlineData("phase", "null", "phase")]
    [InlineData("phase", "3", "phase")]
    [InlineData("step", "5", "step is 5 in the checkpoint grpo-000004")]
    [InlineData("step", "-4", "step")]
    [InlineData("step", "4.5", "step")]
    [InlineData("step", "\"4\"", "'step': a whole number is needed here")]
    [InlineData("step", "null", "step")]
    [InlineData("plannedSteps", "3", "step is 4, but the phase has 3 iterations")]
    [InlineData("plannedSteps", "4", "phaseIsOver is false after the last of 4 iterations")]
    [InlineData("phaseIsOver", "1", "'phaseIsOver': true or false is needed here")]
    [InlineData("position", "-1", "position is -1, but it cannot be negative")]
    [InlineData("position", "1e400", "position")]
    [InlineData("optimizerSteps", "-1", "optimizerSteps is -1")]
    [InlineData("skippedInARow", "-1", "skippedInARow is -1")]
    [InlineData("evaluationsWithoutBest", "-1", "evaluationsWithoutBest is -1")]
    [InlineData("accuracyBefore", "1.5", "accuracyBefore is 1.5, but an accuracy lies between 0 and 1")]
    [InlineData("bestAccuracy", "-0.5", "bestAccuracy is -0.5")]
    [InlineData("schedule", "{}", "'schedule.start' is missing")]
    [InlineData(
        "schedule",
        """{"start":0,"learningRate":1,"warmupSteps":0,"decay":"cosine","finalFraction":0,"rate":1}""",
        "'schedule.rate' is no key of a state"
    )]
    [InlineData("schedule", """{"start":0,"learningRate":1,"warmupSteps":0,"decay":"cosine"}""", "'schedule.finalFraction' is missing")]
    [InlineData("schedule", "[]", "schedule")]
    [InlineData("formatVersion", "1", "this is checkpoint format 1 of an older version of the library; this one reads format 3")]
    [InlineData("formatVersion", "2", "this is checkpoint format 2 of an older version")]
    [InlineData("formatVersion", "4", "this is checkpoint format 4 of a newer version")]
    [InlineData("formatVersion", "null", "formatVersion")]
    [InlineData("formatVersion", "3.5", "formatVersion")]
    [InlineData("formatVersion", "\"2\"", "formatVersion")]
    [InlineData("stepp", "4", "'stepp' is no key of a state")]
    public void Read_AValueThatCannotBe_IsRefusedWithItsKey(string key, string value, string says)
    {
        Change(s => s[key] = JsonNode.Parse(value));
        Refused(says);
    }

    // Whatever else an older or newer format has or lacks, its number is what is said.
    [Theory]
    [InlineData("{\"formatVersion\":2,\"phase\":\"grpo\",\"more\":1}", true)]
    [InlineData("{\"formatVersion\":3}", false)]
    [InlineData("{\"formatVersion\":\"2\"}", false)]
    [InlineData("{}", false)]
    [InlineData("[]", false)]
    [InlineData("{", false)]
    [InlineData("", false)]
    public void RequireFormat_RefusesAnotherNumberAndNothingElse(string text, bool isRefused)
    {
        File.WriteAllText(FilePath, text);
        Exception? refusal = Record.Exception(() => CheckpointState.RequireFormat(_checkpoint));
        Assert.Equal(isRefused, refusal is InvalidDataException);
        Assert.True(isRefused || refusal is null);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"step\":4")]
    [InlineData("{\"step\":4,\"step\":4}")]
    public void Read_WhatIsNoState_IsRefused(string text)
    {
        File.WriteAllText(FilePath, text);
        Refused("");
    }

    [Fact]
    public void Read_AMissingFile_IsRefusedAsDamage()
    {
        File.Delete(FilePath);
        Refused("the file is missing");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private TrainingState Read() => CheckpointState.Read(_checkpoint, ["sft", "grpo"]);

    private void Change(Action<JsonObject> change)
    {
        JsonObject state = JsonNode.Parse(File.ReadAllText(FilePath))!.AsObject();
        change(state);
        File.WriteAllText(FilePath, state.ToJsonString());
    }

    private void Refused(string says)
    {
        string message = Assert.Throws<InvalidDataException>(Read).Message;
        Assert.StartsWith(FilePath + ":", message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", message, StringComparison.Ordinal);
    }
}
