using System.Diagnostics;
using System.Text.Json;
using Rlhf.Verification.Equivalence;

namespace Rlhf.Tests.Verification.Equivalence;

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

        foreach (string line in File.ReadLines(path).Where(l => l.Length > 0))
        {
            using JsonDocument pair = JsonDocument.Parse(line);
            JsonElement root = pair.RootElement;
            string gold = root.GetProperty("gold").GetString()!,
                answer = root.GetProperty("answer").GetString()!;
            bool expected = root.GetProperty("equivalent").GetBoolean();
            bool judged = MathEquivalence.AreEquivalent(gold, answer);
            TimeSpan time = Time(gold, answer);
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

    // Warm, the median of three.
    private static TimeSpan Time(string gold, string answer)
    {
        TimeSpan[] times = new TimeSpan[3];
        for (int i = 0; i < times.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            _ = MathEquivalence.AreEquivalent(gold, answer);
            times[i] = Stopwatch.GetElapsedTime(start);
        }

        return times.Order().ElementAt(1);
    }

    private static string Short(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
