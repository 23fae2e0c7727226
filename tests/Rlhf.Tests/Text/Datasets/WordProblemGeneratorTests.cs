using System.Globalization;
using System.Text.RegularExpressions;
using Rlhf.Datasets;

namespace Rlhf.Tests.Text.Datasets;

public sealed partial class WordProblemGeneratorTests
{
    private const int Many = 20_000;

    private static Problem[] Generate(WordProblemOptions options)
    {
        var generator = new WordProblemGenerator(options);
        return [.. Enumerable.Range(0, generator.Count).Select(i => generator[i])];
    }

    [Theory]
    [InlineData(ProblemSplit.Train, 1)]
    [InlineData(ProblemSplit.Test, 2)]
    public void Solution_EveryProblem_FollowsFromTheQuestionByTrueSteps(ProblemSplit split, long seed)
    {
        var options = new WordProblemOptions
        {
            Split = split,
            Seed = seed,
            Count = 5_000,
        };
        Assert.All(
            Generate(options),
            p =>
            {
                string[] lines = p.Solution!.Split('\n');
                Assert.Equal($"#### {p.Answer}", lines[^1]);
                Assert.InRange(lines.Length - 1, options.MinSteps, options.MaxSteps);
                string? result = null;
                foreach (string line in lines[..^1])
                {
                    GroupCollection step = Step().Match(line).Groups;
                    int a = Number(step[1].Value),
                        b = Number(step[3].Value),
                        c = Number(step[4].Value);
                    Assert.Equal(
                        c,
                        step[2].Value switch
                        {
                            "+" => a + b,
                            "-" => a - b,
                            "*" => a * b,
                            _ => -1,
                        }
                    );
                    Assert.InRange(c, 1, options.MaxResult);
                    Assert.True(result is null || result == step[1].Value, $"{p.Solution}: a step does not go on from the one before");
                    result = step[4].Value;
                }

                Assert.Equal(p.Answer, result);
                Assert.Equal(p.Answer, AnswerFromTheQuestion(p.Question).ToString(CultureInfo.InvariantCulture));
            }
        );
    }

    [Fact]
    public void Splits_DifferentSeedsAndOptions_ShareNoArithmetic()
    {
        Problem[] train = Generate(
            new WordProblemOptions
            {
                Split = ProblemSplit.Train,
                Seed = 1,
                Count = Many,
            }
        );
        Problem[] test = Generate(
            new WordProblemOptions
            {
                Split = ProblemSplit.Test,
                Seed = 1,
                Count = Many,
            }
        );
        Problem[] other = Generate(
            new WordProblemOptions
            {
                Split = ProblemSplit.Test,
                Seed = 9,
                Count = Many,
                MinSteps = 1,
                MaxSteps = 2,
                MaxNumber = 12,
                MaxResult = 99,
            }
        );
        HashSet<string> trainSums = [.. train.Select(Arithmetic)];
        HashSet<string> testSums = [.. test.Concat(other).Select(Arithmetic)];
        TestContext.Current.SendDiagnosticMessage(
            $"distinct arithmetic: {trainSums.Count} in {Many} train, {testSums.Count} in {2 * Many} test problems"
        );
        Assert.True(trainSums.Count > Many / 2);
        Assert.False(trainSums.Overlaps(testSums));
    }

    [Fact]
    public void Splits_ManyProblems_AreSpreadAlike()
    {
        foreach (ProblemSplit split in Enum.GetValues<ProblemSplit>())
        {
            Problem[] problems = Generate(new WordProblemOptions { Split = split, Count = Many });
            double threeSteps = problems.Average(p => p.Solution!.Count(c => c == '\n') == 3 ? 1.0 : 0.0);
            double boxes = problems.Average(p => p.Question.Contains(" of ", StringComparison.Ordinal) ? 1.0 : 0.0);
            char[] operators = [.. problems.SelectMany(p => p.Solution!.Where(c => c is '+' or '-' or '*'))];
            double[] shares = [.. "+-*".Select(o => operators.Count(c => c == o) / (double)operators.Length)];
            int[] answers = [.. problems.Select(p => Number(p.Answer!)).Order()];
            int largestShare = answers.CountBy(a => a).Max(a => a.Value);
            TestContext.Current.SendDiagnosticMessage(
                $"{split}: three steps {threeSteps:P1}, boxes {boxes:P1}, + - * {shares[0]:P1} {shares[1]:P1} {shares[2]:P1}, answers' quartiles "
                    + $"{answers[Many / 4]} {answers[Many / 2]} {answers[3 * Many / 4]}, commonest answer {(double)largestShare / Many:P1}; e.g. {problems[0].Question} | {problems[0].Solution}"
            );
            Assert.InRange(threeSteps, 0.45, 0.55);
            Assert.InRange(boxes, 0.2, 0.3);
            Assert.All(shares, s => Assert.InRange(s, 0.2, 0.5));
            Assert.Equal(50, answers.Distinct().Count());
            Assert.True(largestShare < 0.1 * Many);
        }
    }

    [Fact]
    public void Indexer_SameOptions_GivesTheSameProblemInAnyOrder()
    {
        var options = new WordProblemOptions { Seed = 5, Count = 200 };
        Problem[] forwards = Generate(options);
        var generator = new WordProblemGenerator(options.With(new { Count = int.MaxValue }));
        Assert.All(Enumerable.Range(0, 200).Reverse(), i => Assert.Equal(forwards[i], generator[i]));
        Assert.NotEqual(forwards, Generate(options.With(new { Seed = 6 })));
        Assert.Equal("train-2147483646", generator[int.MaxValue - 1].Id);
    }

    [Fact]
    public void Text_DefaultOptions_FitsASmallModelsContext()
    {
        Problem[] problems = Generate(new WordProblemOptions { Count = Many });
        int question = problems.Max(p => Token().Count(p.Question)),
            solution = problems.Max(p => Token().Count(p.Solution!));
        int words = problems.SelectMany(p => Token().Matches(p.Question + '\n' + p.Solution).Select(m => m.Value)).Distinct().Count();
        TestContext.Current.SendDiagnosticMessage($"at most {question} question and {solution} solution tokens, {words} different ones");
        Assert.InRange(question, 20, 45);
        Assert.InRange(solution, 20, 40);
        Assert.True(words <= 100);
    }

    [Theory]
    [InlineData(1, 1, 5, 5)]
    [InlineData(1, 1, 5, 6)]
    [InlineData(2, 2, 5, 5)]
    [InlineData(5, 5, 999, 9999)]
    public void Indexer_ExtremeOptions_FindsProblemsOfBothSplits(int minSteps, int maxSteps, int maxNumber, int maxResult)
    {
        foreach (ProblemSplit split in Enum.GetValues<ProblemSplit>())
        {
            var options = new WordProblemOptions
            {
                Split = split,
                Count = 100,
                MinSteps = minSteps,
                MaxSteps = maxSteps,
                MaxNumber = maxNumber,
                MaxResult = maxResult,
            };
            Assert.All(Generate(options), p => Assert.InRange(AnswerFromTheQuestion(p.Question), 1, maxResult));
        }
    }

    [Fact]
    public void Options_OutOfRange_AreRefusedByName()
    {
        (WordProblemOptions Options, string Name)[] bad =
        [
            (new() { Count = 0 }, "Count"),
            (new() { MinSteps = 0 }, "MinSteps"),
            (new() { MinSteps = 4 }, "MaxSteps"),
            (new() { MaxSteps = 6 }, "MaxSteps"),
            (new() { MaxNumber = 4 }, "MaxNumber"),
            (new() { MaxNumber = 1000, MaxResult = 2000 }, "MaxNumber"),
            (new() { MaxNumber = 60 }, "MaxResult"),
            (new() { MaxResult = 10_000 }, "MaxResult"),
            (new() { Split = (ProblemSplit)2 }, "Split"),
        ];
        Assert.All(
            bad,
            b => Assert.Equal(b.Name, Assert.Throws<ArgumentOutOfRangeException>(() => new WordProblemGenerator(b.Options)).ParamName)
        );
        var generator = new WordProblemGenerator(new WordProblemOptions { Count = 3 });
        Assert.Throws<ArgumentOutOfRangeException>(() => generator[3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => generator[-1]);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string Arithmetic(Problem problem) =>
        string.Join(
            ' ',
            Sentence()
                .Matches(problem.Question)
                .Select(m =>
                    m.Groups["kind"].Value switch
                    {
                        "buys" or "finds" or "gets" => "+",
                        "gives away" or "loses" or "sells" => "-",
                        "then has" => "*",
                        _ => problem.Question.Contains(" of ", StringComparison.Ordinal) ? "boxes" : "",
                    }
                    + m.Groups["n"].Value
                    + m.Groups["each"].Value
                )
        );

    private static int AnswerFromTheQuestion(string question)
    {
        int value = 0;
        foreach (Match m in Sentence().Matches(question))
        {
            int n = Number(m.Groups["n"].Value);
            value = m.Groups["kind"].Value switch
            {
                "buys" or "finds" or "gets" => value + n,
                "gives away" or "loses" or "sells" => value - n,
                "then has" => value * n,
                _ => m.Groups["each"].Success ? n * Number(m.Groups["each"].Value[1..]) : n,
            };
        }

        return value;
    }

    [GeneratedRegex(@"^(\d+) ([+*-]) (\d+) = (\d+)$")]
    private static partial Regex Step();

    [GeneratedRegex(@"[A-Z][a-z]+ (?<kind>has|buys|finds|gets|gives away|loses|sells|then has) (?<n>\d+)( \w+ of(?<each> \d+))?")]
    private static partial Regex Sentence();

    // What a small byte-level BPE with a token a digit makes of the text at best: words with their space, digits, spaces before digits.
    [GeneratedRegex(@"\n| ?[A-Za-z]+| ?[^\sA-Za-z\d]+|\d| ")]
    private static partial Regex Token();
}
