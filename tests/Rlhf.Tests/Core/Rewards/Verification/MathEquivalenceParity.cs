using System.Diagnostics;
using System.Text.Json;
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

    private static string Short(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
