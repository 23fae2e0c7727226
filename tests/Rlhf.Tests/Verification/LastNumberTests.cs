using System.Text.Json;
using Rlhf.Verification;

namespace Rlhf.Tests.Verification;

public class LastNumberTests
{
    private static readonly IRewardSource Strict = Verifiers.LastNumber();
    private static readonly IRewardSource Flexible = Verifiers.LastNumber(new() { Search = NumberSearch.Flexible });

    [Theory]
    [InlineData("so 9 + 9 = 18\n#### 18", "18", 1)]
    [InlineData("#### 18.00", "18", 1)]
    [InlineData("#### 18.", "18.0", 1)]
    [InlineData("#### 1,234,500", "1234500", 1)]
    [InlineData("#### -7", "-7", 1)]
    [InlineData("#### 7", "-7", 0)]
    [InlineData("#### 0.1", "1/10", 1)]
    [InlineData("#### 18 eggs", "18", 1)]
    [InlineData("#### 5\n#### 6", "5", 1)]
    [InlineData("#### x\n##### 6", "6", 1)]
    [InlineData("#### 1.2.3", "1.2", 0)]
    [InlineData("#### ,", "0", 0)]
    public void Strict_MarkedAnswer_ComparesNumbers(string text, string answer, double expected)
    {
        RewardScore score = VerifierCase.Score(Strict, text, answer);
        Assert.Equal([expected], score.Values);
        Assert.True(score.Answered);
    }

    [Theory]
    [InlineData("")]
    [InlineData("The answer is 18.")]
    [InlineData("####18")]
    [InlineData("####  18")]
    [InlineData("#### $18")]
    [InlineData("#### -")]
    [InlineData("#### ")]
    [InlineData("####")]
    public void Strict_NoMarkedAnswer_IsAValidZeroThatSaysSo(string text)
    {
        RewardScore score = VerifierCase.Score(Strict, text, "18");
        Assert.Equal([0.0], score.Values);
        Assert.False(score.Answered);
    }

    [Theory]
    [InlineData("18", "18", 1)]
    [InlineData("She makes $1,234.50.", "1234.5", 1)]
    [InlineData("it is -$3", "-3", 1)]
    [InlineData("it is $-3.0!", "-3", 1)]
    [InlineData("it is \\$3", "3", 1)]
    [InlineData("17 \u2212 3 = 14", "14", 1)]
    [InlineData("we end up with 2 2/3", "8/3", 1)]
    [InlineData("1.5e3 m", "1500", 1)]
    [InlineData("5 thousand", "5000", 1)]
    [InlineData("x = -3", "-3", 1)]
    [InlineData("x=\u22123", "-3", 1)]
    [InlineData("75% of them", "75", 1)]
    [InlineData("3/4 of it", "0.75", 1)]
    [InlineData("2/0", "2", 0)]
    [InlineData("3x+2", "2", 0)]
    [InlineData("10^5", "5", 0)]
    [InlineData("\u221a2", "2", 0)]
    [InlineData("2:30", "30", 0)]
    [InlineData("x=5 or x=7", "7", 0)]
    [InlineData("1.000.000", "0", 0)]
    [InlineData(".5", "1/2", 1)]
    [InlineData("wait...5", "5", 1)]
    [InlineData("1,2,3", "3", 0)]
    [InlineData("1,2345", "2345", 0)]
    [InlineData("12,345,678.25 km/h", "12345678.25", 1)]
    [InlineData("#### 18 (of 20)", "18", 1)]
    [InlineData("0.30000000000000004", "0.3", 0)]
    [InlineData("100000000000000000000000000000000000001", "100000000000000000000000000000000000000", 0)]
    public void Flexible_LastNumber_IsReadAsPeopleWriteIt(string text, string answer, double expected)
    {
        RewardScore score = VerifierCase.Score(Flexible, text, answer);
        Assert.Equal([expected], score.Values);
        Assert.True(score.Answered);
    }

    // From one to the other, or the one less the other.
    [Theory]
    [InlineData("that is 16-3")]
    [InlineData("from 10 to-3")]
    [InlineData("not 3")]
    [InlineData("<think>3</think>")]
    public void Flexible_WhatIsNoSingleValue_IsNoAnswer(string text)
    {
        RewardScore score = VerifierCase.Score(Flexible, text, "3");
        Assert.Equal([0.0], score.Values);
        Assert.False(score.Answered);
    }

    [Fact]
    public void Flexible_NoNumber_IsAValidZeroThatSaysSo()
    {
        RewardScore score = VerifierCase.Score(Flexible, "none, really. $ - / %", "18");
        Assert.Equal([0.0], score.Values);
        Assert.False(score.Answered);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a house")]
    public void Reference_MissingOrNoNumber_CannotBeScored(string? answer)
    {
        Assert.Null(Assert.Single(VerifierCase.Score(Strict, "#### 18", answer).Values));
        Assert.Null(Assert.Single(VerifierCase.Score(Flexible, "18", answer).Values));
    }

    [Theory]
    [InlineData(MarkerOccurrence.First, "5")]
    [InlineData(MarkerOccurrence.Last, "7")]
    public void Occurrence_SeveralMarkedAnswers_TakesThatOne(MarkerOccurrence occurrence, string answer)
    {
        IRewardSource verifier = Verifiers.LastNumber(new() { Marker = "A:", Occurrence = occurrence });
        Assert.Equal([1.0], VerifierCase.Score(verifier, "A: none A: 5 A: 6 A: 7 A: what", answer).Values);
    }

    [Fact]
    public void Options_EmptyNameOrMarker_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => Verifiers.LastNumber(new() { Name = " " }));
        Assert.Throws<ArgumentException>(() => Verifiers.LastNumber(new() { Marker = "" }));
        Assert.Equal("mine", Verifiers.LastNumber(new() { Name = "mine" }).Name);
    }

    // The file marks answers by "A:", where the data set has "####"; the rule is otherwise the official one.
    [Fact]
    public void Gsm8kModelSolutions_AllLabels_Agree()
    {
        IRewardSource verifier = Verifiers.LastNumber(new() { Marker = "A:" });
        int solutions = 0,
            right = 0,
            answered = 0,
            disagree = 0;
        foreach (string line in File.ReadLines(SharedData.Require("data/gsm8k/example_model_solutions.jsonl")))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            string truth = document.RootElement.GetProperty("ground_truth").GetString()!;
            string answer = truth[(truth.LastIndexOf("A: ", StringComparison.Ordinal) + 3)..];
            foreach (
                JsonElement model in document
                    .RootElement.EnumerateObject()
                    .Select(p => p.Value)
                    .Where(v => v.ValueKind == JsonValueKind.Object)
            )
            {
                RewardScore score = VerifierCase.Score(verifier, model.GetProperty("solution").GetString()!, answer);
                bool label = model.GetProperty("is_correct").GetBoolean();
                solutions++;
                right += label ? 1 : 0;
                answered += score.Answered == true ? 1 : 0;
                disagree += score.Values[0] == (label ? 1 : 0) ? 0 : 1;
            }
        }

        TestContext.Current.SendDiagnosticMessage(
            $"GSM8K model solutions: agree {solutions - disagree} of {solutions} ({right} right, {answered} answered)"
        );
        Assert.Equal(1319 * 4, solutions);
        Assert.Equal(11, solutions - answered);
        Assert.Equal(0, disagree);
    }

    [Theory]
    [InlineData("train", 7473)]
    [InlineData("test", 1319)]
    public void Gsm8kReferences_TheirOwnSolutions_ScoreOne(string split, int count)
    {
        int right = 0,
            flexible = 0;
        foreach (string line in File.ReadLines(SharedData.Require($"data/gsm8k/{split}.jsonl")))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            string solution = document.RootElement.GetProperty("answer").GetString()!;
            string answer = solution[(solution.LastIndexOf("#### ", StringComparison.Ordinal) + 5)..];
            right += VerifierCase.Score(Strict, solution, answer).Values[0] == 1 ? 1 : 0;
            flexible += VerifierCase.Score(Flexible, solution, answer).Values[0] == 1 ? 1 : 0;
        }

        Assert.Equal((count, count), (right, flexible));
    }
}
