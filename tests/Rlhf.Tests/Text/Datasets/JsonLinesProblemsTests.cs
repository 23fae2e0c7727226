using System.Globalization;
using System.Text;
using Rlhf.Datasets;

namespace Rlhf.Tests.Text.Datasets;

public sealed class JsonLinesProblemsTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    private JsonLinesProblems Load(string content, JsonLinesOptions? options = null, Encoding? encoding = null)
    {
        File.WriteAllText(_file, content, encoding ?? new UTF8Encoding(false));
        return JsonLinesProblems.Load(_file, options ?? new JsonLinesOptions());
    }

    [Theory]
    [InlineData("data/gsm8k/train.jsonl", ProblemSchema.Gsm8k, 7473, 0)]
    [InlineData("data/gsm8k/test.jsonl", ProblemSchema.Gsm8k, 1319, 0)]
    [InlineData("data/math500/test.jsonl", ProblemSchema.Math, 500, 0)]
    [InlineData("data/svamp/train.jsonl", ProblemSchema.Svamp, 700, 1)] // chal-680: equation 4 - 2 + 3, answer 1
    [InlineData("data/svamp/test.jsonl", ProblemSchema.Svamp, 300, 1)] // chal-998: 60 * (55 / 15)
    public void Load_SharedData_EverySolutionEndsInTheAnswer(string path, ProblemSchema schema, int count, int withoutSolution)
    {
        JsonLinesProblems problems = JsonLinesProblems.Load(SharedData.Require(path), new JsonLinesOptions { Schema = schema });
        Assert.Equal(count, problems.Count);
        Problem[] all = [.. Enumerable.Range(0, problems.Count).Select(i => problems[i])];
        Assert.Equal(count, all.Select(p => p.Id).Distinct().Count());
        Assert.Equal(withoutSolution, all.Count(p => p.Solution is null));
        Assert.All(
            all.Where(p => p.Solution is not null),
            p =>
            {
                if (schema == ProblemSchema.Math)
                {
                    Assert.Contains("\\boxed", p.Solution, StringComparison.Ordinal);
                    return;
                }

                Assert.Matches(@"^-?\d+(\.\d+)?$", p.Answer);
                Assert.Equal($"#### {p.Answer}", p.Solution!.Split('\n')[^1]);
                Assert.DoesNotContain("<<", p.Solution, StringComparison.Ordinal);
            }
        );
    }

    [Fact]
    public void Load_SharedSvamp_EveryLineOfWorkIsTrue()
    {
        JsonLinesProblems problems = JsonLinesProblems.Load(
            SharedData.Require("data/svamp/train.jsonl"),
            new JsonLinesOptions { Schema = ProblemSchema.Svamp }
        );
        string[] steps = [.. Enumerable.Range(0, problems.Count).SelectMany(i => problems[i].Solution?.Split('\n')[..^1] ?? [])];
        Assert.True(steps.Length > 700);
        Assert.All(
            steps,
            step =>
            {
                string[] parts = step.Split(' ');
                double a = double.Parse(parts[0], CultureInfo.InvariantCulture),
                    b = double.Parse(parts[2], CultureInfo.InvariantCulture);
                double c = parts[1] switch
                {
                    "+" => a + b,
                    "-" => a - b,
                    "*" => a * b,
                    "/" => a / b,
                    _ => double.NaN,
                };
                Assert.Equal(c, double.Parse(parts[4], CultureInfo.InvariantCulture), 1e-9);
            }
        );
    }

    [Fact]
    public void Load_Gsm8k_SplitsAnswerAndSolution()
    {
        Problem problem = Load(
            """{"question": "How many?", "answer": "She sold 48/2 = <<48/2=24>>24.\nTogether $<<1000+24=1024>>1,024.\n#### 1,024 "}""",
            new JsonLinesOptions { Schema = ProblemSchema.Gsm8k }
        )[0];
        Assert.Equal(
            new Problem
            {
                Id = "1",
                Question = "How many?",
                Answer = "1024",
                Solution = "She sold 48/2 = 24.\nTogether $1,024.\n#### 1024",
            },
            problem
        );
    }

    [Theory]
    [InlineData("8.0 - 3.0", "5.0", "8 - 3 = 5\n#### 5")]
    [InlineData("( ( 8.0 - 3.0 ) * 2.0 )", "10", "8 - 3 = 5\n5 * 2 = 10\n#### 10")]
    [InlineData("( 20.0 / ( 3.0 + 2.0 ) )", "4", "3 + 2 = 5\n20 / 5 = 4\n#### 4")]
    [InlineData("2+3*4", "14", "3 * 4 = 12\n2 + 12 = 14\n#### 14")]
    [InlineData("10 - 2 - 3", "5", "10 - 2 = 8\n8 - 3 = 5\n#### 5")]
    [InlineData("( 10.0 * 0.25 )", "2.50", "10 * 0.25 = 2.5\n#### 2.5")]
    [InlineData("7.0", "7", "#### 7")]
    [InlineData("( 4.0 + 3.0 )", "8", null)]
    [InlineData("( 10.0 / 3.0 )", "3.3333333333333333333333333333", null)]
    public void Load_Svamp_WorksTheEquationOut(string equation, string answer, string? solution)
    {
        var options = new JsonLinesOptions { Schema = ProblemSchema.Svamp };
        Problem asText = Load($$"""{"id": "chal-1", "question": "Q", "answer": "{{answer}}", "equation": "{{equation}}"}""", options)[0];
        Problem asNumber = Load($$"""{"id": "chal-1", "question": "Q", "answer": {{answer}}, "equation": "{{equation}}"}""", options)[0];
        Assert.Equal(solution, asText.Solution);
        Assert.Equal(asText, asNumber);
    }

    [Theory]
    [InlineData("8.0 -", "found the end")]
    [InlineData("( 8.0 - 3.0", "expected ')'")]
    [InlineData("8.0 - 3.0 )", "found ')'")]
    [InlineData("X - 3.0", "found 'X'")]
    [InlineData("1 / 0", "cannot be worked out")]
    public void Load_SvampWithABrokenEquation_NamesFileLineAndField(string equation, string expected)
    {
        InvalidDataException e = Assert.Throws<InvalidDataException>(() =>
            Load(
                $$"""{"question": "Q", "answer": "5", "equation": "{{equation}}"}""",
                new JsonLinesOptions { Schema = ProblemSchema.Svamp }
            )
        );
        Assert.Contains($"{_file}, line 1", e.Message, StringComparison.Ordinal);
        Assert.Contains("'equation'", e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OwnFieldNames_AreRead()
    {
        var options = new JsonLinesOptions
        {
            Question = "prompt",
            Answer = "gold",
            Solution = "work",
            Id = "key",
        };
        Problem problem = Load("""{"key": 7, "prompt": "Q", "gold": 0.50, "work": "W"}""", options)[0];
        Assert.Equal(
            new Problem
            {
                Id = "7",
                Question = "Q",
                Answer = "0.50",
                Solution = "W",
            },
            problem
        );
    }

    [Fact]
    public void Load_ByteOrderMarkBlankLinesAndCrLf_CountAsTheyShould()
    {
        const string content = "{\"question\": \"é\", \"answer\": \"1\"}\r\n\r\n{\"question\": \"二\", \"answer\": \"2\"}\r\n\r\n";
        JsonLinesProblems problems = Load(content, encoding: new UTF8Encoding(true));
        Assert.Equal(["é", "二"], [problems[0].Question, problems[1].Question]);
        Assert.Equal(["1", "3"], [problems[0].Id, problems[1].Id]);
        Assert.Equal(2, problems.Count);
    }

    [Fact]
    public void Load_Limit_StopsBeforeTheRest()
    {
        JsonLinesProblems problems = Load("{\"question\": \"a\", \"answer\": \"1\"}\nnot read", new JsonLinesOptions { Limit = 1 });
        Assert.Equal(1, problems.Count);
    }

    [Theory]
    [InlineData("{\"question\": \"a\"", "must be one JSON object")]
    [InlineData("{} {}", "must be one JSON object")]
    [InlineData("{\"question\": \"a\", \"question\": \"b\", \"answer\": \"1\"}", "key 'question' stands twice")]
    [InlineData("[1]", "expected a JSON object, found an array")]
    [InlineData("{\"problem\": \"a\", \"answer\": \"1\"}", "field 'question' is missing; the object has 'problem', 'answer'")]
    [InlineData("{\"question\": \" \", \"answer\": \"1\"}", "field 'question' is empty")]
    [InlineData("{\"question\": 3, \"answer\": \"1\"}", "field 'question' must be a text, found 3")]
    [InlineData("{\"question\": \"a\", \"answer\": null}", "field 'answer' must be a text or a number, found null")]
    [InlineData("{\"question\": \"\\ud800\", \"answer\": \"1\"}", "at 'question', a text holds half of a surrogate pair")]
    [InlineData("{\"question\": \"a\", \"answer\": \"1\", \"\\udc00\": 1}", "a key holds half of a surrogate pair")]
    [InlineData("{\"question\": \"a\", \"answer\": \"1\", \"more\": [{\"x\": \"\\ud83d\"}]}", "at 'more[0].x', a text")]
    public void Load_ABadLine_NamesFileLineAndField(string line, string expected)
    {
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => Load("{\"question\": \"a\", \"answer\": \"1\"}\n" + line));
        Assert.Contains($"{_file}, line 2", e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_BytesThatAreNoUtf8_AreRefused()
    {
        File.WriteAllBytes(_file, [.. "{\"question\": \""u8, 0xFF, .. "\", \"answer\": \"1\"}"u8]);
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => JsonLinesProblems.Load(_file, new JsonLinesOptions()));
        Assert.Contains($"{_file}, line 1: byte 15 is no UTF-8", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#### 1,234", "1234")]
    [InlineData("#### $18", "18")]
    [InlineData("#### -$1,200.50", "-1200.50")]
    [InlineData("#### $-5", "-5")]
    [InlineData("#### - 5", "-5")]
    [InlineData("#### \u22125", "-5")]
    [InlineData("#### +5", "5")]
    [InlineData("#### 18,", "18")]
    [InlineData("####18.", "18")]
    [InlineData("#### .5", ".5")]
    [InlineData("#### 18\\nThat is all.", "18")]
    [InlineData("#### 1 #### 2", "2")]
    [InlineData("#### 3/4", "3/4")]
    [InlineData("#### 20%", "20%")]
    public void Load_Gsm8k_TakesTheNumberOutOfTheLastLine(string answer, string expected)
    {
        Problem problem = Load(
            $$"""{"question": "Q", "answer": "Work.\n{{answer}}"}""",
            new JsonLinesOptions { Schema = ProblemSchema.Gsm8k }
        )[0];
        Assert.Equal(expected, problem.Answer);
        Assert.EndsWith($"\n#### {expected}", problem.Solution, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(@"So $x = \boxed{5}$.", "5")]
    [InlineData(@"First \boxed{1}, then $\boxed{\frac{3}{4}}$.", @"\frac{3}{4}")]
    [InlineData(@"Hence \fbox{\text{(B)}}.", @"\text{(B)}")]
    [InlineData(@"The set is \boxed{\{1, 2\}}.", @"\{1, 2\}")]
    [InlineData(@"It is $\boxed 7$.", "7")]
    public void Load_MathAsFirstPublished_TakesTheAnswerFromTheLastBox(string solution, string answer)
    {
        string json = System.Text.Json.JsonSerializer.Serialize(solution);
        foreach (string rest in (string[])["", ", \"answer\": null, \"unique_id\": null"])
        {
            Problem problem = Load(
                $$"""{"problem": "P", "level": "Level 3", "type": "Algebra", "solution": {{json}}{{rest}}}""",
                new JsonLinesOptions { Schema = ProblemSchema.Math }
            )[0];
            Assert.Equal(
                new Problem
                {
                    Id = "1",
                    Question = "P",
                    Answer = answer,
                    Solution = solution,
                },
                problem
            );
        }
    }

    [Theory]
    [InlineData("No box.", null)]
    [InlineData(@"Cut off \boxed{5", null)]
    [InlineData(@"\boxed{}", null)]
    [InlineData(@"\boxed{5}", "gold")]
    public void Load_MathWithoutAnAnswer_NamesFileLineAndField(string solution, string? answerField)
    {
        string json = System.Text.Json.JsonSerializer.Serialize(solution);
        InvalidDataException e = Assert.Throws<InvalidDataException>(() =>
            Load($$"""{"problem": "P", "solution": {{json}}}""", new JsonLinesOptions { Schema = ProblemSchema.Math, Answer = answerField })
        );
        Assert.Contains($"{_file}, line 1", e.Message, StringComparison.Ordinal);
        Assert.Contains($"field '{answerField ?? "answer"}' is missing", e.Message, StringComparison.Ordinal);
    }

    // MATH-500 has the answers that the boxes of its solutions hold, but for what its makers set otherwise.
    [Fact]
    public void Load_SharedMathWithoutAnswers_GivesTheAnswersOfItsBoxes()
    {
        string path = SharedData.Require("data/math500/test.jsonl");
        JsonLinesOptions options = new() { Schema = ProblemSchema.Math };
        JsonLinesProblems given = JsonLinesProblems.Load(path, options);
        JsonLinesProblems boxed = Load(
            string.Join(
                '\n',
                File.ReadLines(path)
                    .Select(line =>
                    {
                        var row = System.Text.Json.Nodes.JsonNode.Parse(line)!.AsObject();
                        row.Remove("answer");
                        return row.ToJsonString();
                    })
            ),
            options
        );
        int same = Enumerable.Range(0, given.Count).Count(i => boxed[i].Answer == given[i].Answer);
        Assert.Equal(given.Count, boxed.Count);
        Assert.InRange(same, 490, 500);
    }

    [Fact]
    public void Load_ALongValue_IsQuotedShortly()
    {
        var options = new JsonLinesOptions { Schema = ProblemSchema.Svamp };
        string digits = new('9', 5000);
        string message = Assert
            .Throws<InvalidDataException>(() => Load($$"""{"question": "Q", "answer": "x{{digits}}", "equation": "1 + 1"}""", options))
            .Message;
        Assert.True(message.Length < 500, message);
    }

    [Theory]
    [InlineData("Answer without a mark")]
    [InlineData("Work.\\n####  ")]
    public void Load_Gsm8kWithoutAFinalAnswer_IsRefused(string answer)
    {
        InvalidDataException e = Assert.Throws<InvalidDataException>(() =>
            Load($$"""{"question": "Q", "answer": "{{answer}}"}""", new JsonLinesOptions { Schema = ProblemSchema.Gsm8k })
        );
        Assert.Contains("no final answer", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_EmptyFileMissingFileOrBadOptions_AreRefused()
    {
        Assert.Contains("holds no problem", Assert.Throws<InvalidDataException>(() => Load("\n \n")).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => JsonLinesProblems.Load(_file + ".absent", new JsonLinesOptions()));
        Assert.Throws<ArgumentException>(() => Load("{}", new JsonLinesOptions { Limit = 0 }));
        Assert.Throws<ArgumentException>(() => Load("{}", new JsonLinesOptions { Schema = ProblemSchema.Gsm8k, Solution = "solution" }));
    }
}
