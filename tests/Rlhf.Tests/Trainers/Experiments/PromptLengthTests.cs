using System.Text.Json;
using Rlhf.Records;

namespace Rlhf.Tests.Trainers.Experiments;

/// <summary>Problems that are longer than the model can take, below <c>prompt.maxTokens</c>. The model has 160 positions.</summary>
public sealed class PromptLengthTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-lengths-").FullName;
    private readonly TinyRun _runs;

    public PromptLengthTests() => _runs = new(_folder);

    [Fact]
    public void APromptLongerThanTheModel_IsLeftOutCountedAndNamed_AndTheRunEnds()
    {
        string data = Write("train", i => (i == 3 ? Digits(400) : $"What is {i} + 1?", $"{i} + 1 = {i + 1}"));
        RunSummary summary = _runs.Run("run", Options(data));
        Assert.Equal(RunOutcome.Completed, summary.Outcome);
        string note = Assert.Single(summary.Notes);
        Assert.StartsWith(
            "Data:Train: 1 of 12 problems are left out, they have a prompt of more than 159 tokens",
            note,
            StringComparison.Ordinal
        );
        Assert.EndsWith(": p3.", note, StringComparison.Ordinal);
        Assert.Contains(note, _runs.Log.Warnings);
    }

    [Fact]
    public void ASolutionLongerThanTheModel_IsLeftOutOfTheSupervisedPhaseOnly()
    {
        string data = Write("train", i => ($"What is {i} + 1?", i is 2 or 5 ? Digits(400) : $"{i} + 1 = {i + 1}"));
        RunSummary summary = _runs.Run("run", Options(data));
        string note = Assert.Single(summary.Notes);
        Assert.StartsWith(
            "Data:Train (supervised): 2 of 12 problems are left out, they have a prompt and solution of more than 160 tokens",
            note,
            StringComparison.Ordinal
        );
        Assert.EndsWith(": p2, p5.", note, StringComparison.Ordinal);
    }

    [Fact]
    public void APromptThatLeavesLittleRoom_IsCountedAndWarnedOf_AndTrainedOn()
    {
        // Digits are single tokens of an untrained merge at worst, so these prompts have between 137 and 159 tokens.
        string data = Write("train", i => (i == 7 ? Digits(140) : $"What is {i} + 1?", $"{i + 1}"));
        RunSummary summary = _runs.Run("run", Options(data));
        Assert.Empty(summary.Notes);
        Assert.Contains(
            _runs.Log.Warnings,
            w => w.StartsWith("Data:Train: 1 of 12 prompts leave less than the 24 tokens of rollout:maxNewTokens", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void OnlyPromptsLongerThanTheModel_AreRefusedBeforeTheRunBegins()
    {
        string data = Write("train", i => (Digits(400), $"{i}"));
        string message = Assert.Throws<InvalidDataException>(() => _runs.Run("run", Options(data))).Message;
        Assert.Contains("Data:Train: every one of its 12 problems has a prompt of more than 159 tokens", message, StringComparison.Ordinal);
        Assert.Contains("take a model with more positions", message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_runs.At("run")));

        message = Assert.Throws<InvalidDataException>(() => _runs.Run("run", Options(Write("other", i => ($"{i}?", Digits(400)))))).Message;
        Assert.Contains("Data:Train (supervised): every one of its 12 problems", message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string[] Options(string data) =>
        [
            "Data:Train:Path=" + data,
            "Data:Train:Generator=null",
            "Data:Train:Solution=solution",
            "Data:Train:Id=id",
            "Phases:sft:Iterations=3",
            "Phases:sft:EvaluateEvery=0",
            "Phases:grpo:Iterations=3",
            "Evaluation:Every=0",
        ];

    // No two neighbours the same, so that no merge shortens them much.
    private static string Digits(int count) => string.Concat(Enumerable.Range(0, count).Select(i => (i * i + 3 * i / 7) % 10));

    private string Write(string name, Func<int, (string Question, string Solution)> problem)
    {
        string path = Path.Combine(_folder, name + ".jsonl");
        File.WriteAllLines(
            path,
            Enumerable
                .Range(0, 12)
                .Select(i =>
                    JsonSerializer.Serialize(
                        new
                        {
                            id = $"p{i}",
                            question = problem(i).Question,
                            answer = $"{i + 1}",
                            solution = problem(i).Solution,
                        }
                    )
                )
        );
        return path;
    }
}
