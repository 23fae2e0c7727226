using System.Diagnostics;
using System.Text.Json;
using Rlhf.Datasets;
using Rlhf.Rewards;

namespace Rlhf.Tests.Core.Rewards.Verification;

/// <summary>The reference pairs, or any file of the same form that <c>RLHF_MATH_PAIRS</c> names.</summary>
[Trait("Category", "MathEquivalence")]
public class MathEquivalenceParity(ITestOutputHelper output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(50);

    [Fact]
    public void Pairs_AreJudgedAsTheReferenceJudgesThem()
    {
        string path = Environment.GetEnvironmentVariable("RLHF_MATH_PAIRS") ?? SharedData.Require("reference/math_equivalence/pairs.jsonl");
        int agree = 0,
            all = 0,
            falseAccepts = 0;
        List<string> slow = [];
        TimeSpan slowest = default;

        // Compiling the code at its first use is no part of a comparison.
        foreach (string answer in (string[])["\\ln 2", "x \\le 5", "x=1, y=2", "x^2+1", "5\\text{ cm}", "\\begin{pmatrix}1\\end{pmatrix}"])
        {
            MathEquivalence.AreEquivalent("\\sin 1", answer);
            MathEquivalence.AreEquivalent(answer, answer + "+1");
        }

        foreach (string line in File.ReadLines(path).Where(l => l.Length > 0))
        {
            using JsonDocument pair = JsonDocument.Parse(line);
            JsonElement root = pair.RootElement;
            string gold = root.GetProperty("gold").GetString()!,
                answer = root.GetProperty("answer").GetString()!;
            bool expected = root.GetProperty("equivalent").GetBoolean();
            long start = Stopwatch.GetTimestamp();
            bool judged = MathEquivalence.AreEquivalent(gold, answer);
            TimeSpan time = Stopwatch.GetElapsedTime(start);
            slowest = time > slowest ? time : slowest;
            if (time > Limit)
            {
                slow.Add($"{root.GetProperty("id")}: {time.TotalMilliseconds:F0} ms");
            }

            all++;
            agree += judged == expected ? 1 : 0;
            falseAccepts += judged && !expected ? 1 : 0;
            if (judged != expected)
            {
                output.WriteLine(
                    $"{root.GetProperty("id")} ({root.GetProperty("kind")}): {(judged ? "accepted" : "rejected")} {Short(answer)} for {Short(gold)}"
                );
            }
        }

        string summary = $"math equivalence: agree {agree} of {all}, false accepts {falseAccepts}";
        output.WriteLine(summary);
        TestContext.Current.SendDiagnosticMessage(summary);
        TestContext.Current.SendDiagnosticMessage(
            $"slowest pair {slowest.TotalMilliseconds:F0} ms; above {Limit.TotalMilliseconds} ms: {(slow.Count == 0 ? "none" : string.Join(", ", slow))}"
        );
        Assert.Equal(0, falseAccepts);
        Assert.True(agree >= 0.99 * all, summary);
    }

    [Fact]
    public async Task Responses_AreScoredAsTheirLabelsSay()
    {
        string path = SharedData.Require("reference/math_equivalence/responses.jsonl");
        IRewardSource verifier = Verifiers.Math();
        int agree = 0,
            all = 0;
        foreach (string line in (await File.ReadAllLinesAsync(path, TestContext.Current.CancellationToken)).Where(l => l.Length > 0))
        {
            using JsonDocument response = JsonDocument.Parse(line);
            JsonElement root = response.RootElement;
            Problem problem = new()
            {
                Id = root.GetProperty("id").ToString(),
                Question = "?",
                Answer = root.GetProperty("gold").GetString()!,
            };
            double? score = (
                await verifier.ScoreAsync(
                    new(problem, root.GetProperty("response").GetString()!, [], false),
                    TestContext.Current.CancellationToken
                )
            ).Values[0];
            all++;
            bool agrees = (score == 1) == root.GetProperty("label").GetBoolean();
            agree += agrees ? 1 : 0;
            if (!agrees)
            {
                string text = root.GetProperty("response").GetString()!;
                output.WriteLine(
                    $"{problem.Id}: {score} for {problem.Answer}: …{text[Math.Max(0, text.Length - 120)..].Replace('\n', ' ')}"
                );
            }
        }

        TestContext.Current.SendDiagnosticMessage($"whole responses: agree {agree} of {all}");
        Assert.True(agree >= 0.99 * all, $"responses: agree {agree} of {all}");
    }

    // The labels are the data set's own checker's, which takes 10000 for another number than 10{,}000: it may be stricter, never more
    // lenient.
    [Fact]
    public async Task LabelledResponsesOfRealModels_AreScoredAsTheirLabelsSay()
    {
        string path = SharedData.Require("data/qwen_math_responses/math_cot_100.jsonl");
        IRewardSource verifier = Verifiers.Math();
        int agree = 0,
            all = 0,
            rejected = 0;
        foreach (string line in await File.ReadAllLinesAsync(path, TestContext.Current.CancellationToken))
        {
            using JsonDocument problem = JsonDocument.Parse(line);
            JsonElement root = problem.RootElement;
            Problem asked = new()
            {
                Id = root.GetProperty("idx").ToString(),
                Question = "?",
                Answer = root.GetProperty("answer").GetString()!,
            };
            foreach (
                (JsonElement text, JsonElement label) in root.GetProperty("code")
                    .EnumerateArray()
                    .Zip(root.GetProperty("score").EnumerateArray())
            )
            {
                double? score = (
                    await verifier.ScoreAsync(new(asked, text.GetString()!, [], false), TestContext.Current.CancellationToken)
                ).Values[0];
                all++;
                bool agrees = (score == 1) == label.GetBoolean();
                agree += agrees ? 1 : 0;
                rejected += !agrees && score != 1 ? 1 : 0;
                if (!agrees)
                {
                    output.WriteLine(
                        $"{asked.Id}: {score} for {asked.Answer}: …{text.GetString()![^Math.Min(100, text.GetString()!.Length)..].Replace('\n', ' ')}"
                    );
                }
            }
        }

        TestContext.Current.SendDiagnosticMessage($"labelled responses of real models: agree {agree} of {all}");
        Assert.Equal(0, rejected);
        Assert.True(agree >= 0.98 * all, $"agree {agree} of {all}");
    }

    private static string Short(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
