using System.Text.Json;
using Rlhf.Verification;

namespace Rlhf.Tests.Verification;

/// <summary>
/// The math verifier on whole responses with labels: the reference files, or any file of the same form that <c>RLHF_MATH_RESPONSES</c>
/// names.
/// </summary>
[Trait("Category", "MathResponses")]
public class MathResponsesParity(ITestOutputHelper output)
{
    private const double Share = 0.95;

    private readonly IRewardSource _verifier = Verifiers.Math();

    [Fact]
    public void Responses_AreScoredAsTheirLabelsSay()
    {
        string[] paths = Environment.GetEnvironmentVariable("RLHF_MATH_RESPONSES") is { Length: > 0 } named
            ? [named]
            :
            [
                SharedData.Require("reference/math_equivalence/responses.jsonl"),
                SharedData.Require("reference/math_equivalence/field_responses.jsonl"),
            ];
        int agree = 0,
            all = 0,
            falseAccepts = 0;
        Dictionary<string, (int Agree, int All)> kinds = new(StringComparer.Ordinal);
        foreach (string line in paths.SelectMany(File.ReadLines).Where(l => l.Length > 0))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            string gold = root.GetProperty("gold").GetString()!,
                response = root.GetProperty("response").GetString()!,
                kind = root.TryGetProperty("kind", out JsonElement kindOf) ? kindOf.GetString()! : "solution";
            bool label = root.GetProperty("label").GetBoolean(),
                accepted = VerifierCase.Score(_verifier, response, gold).Values[0] == 1;
            (int agreeOfKind, int allOfKind) = kinds.GetValueOrDefault(kind);
            kinds[kind] = (agreeOfKind + (accepted == label ? 1 : 0), allOfKind + 1);
            all++;
            agree += accepted == label ? 1 : 0;
            falseAccepts += accepted && !label ? 1 : 0;
            if (accepted != label)
            {
                output.WriteLine($"{root.GetProperty("id")} ({kind}): {(accepted ? "accepted" : "rejected")} for {gold}: {End(response)}");
            }
        }

        string summary = $"math responses: agree {agree} of {all}, false accepts {falseAccepts}";
        output.WriteLine(string.Join(", ", kinds.Select(k => $"{k.Key} {k.Value.Agree} of {k.Value.All}")));
        output.WriteLine(summary);
        TestContext.Current.SendDiagnosticMessage(summary);
        Assert.Equal(0, falseAccepts);
        Assert.True(agree >= Share * all, summary);
    }

    // The labels are the data set's own checker's, which takes 10000 for another number than 10{,}000: it may be stricter, never more
    // lenient.
    [Fact]
    public void LabelledResponsesOfRealModels_AreScoredAsTheirLabelsSay()
    {
        int agree = 0,
            all = 0,
            rejected = 0;
        foreach (string line in File.ReadLines(SharedData.Require("data/qwen_math_responses/math_cot_100.jsonl")))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            string gold = root.GetProperty("answer").GetString()!;
            foreach (
                (JsonElement text, JsonElement label) in root.GetProperty("code")
                    .EnumerateArray()
                    .Zip(root.GetProperty("score").EnumerateArray())
            )
            {
                bool accepted = VerifierCase.Score(_verifier, text.GetString()!, gold).Values[0] == 1;
                all++;
                bool agrees = accepted == label.GetBoolean();
                agree += agrees ? 1 : 0;
                rejected += !agrees && !accepted ? 1 : 0;
                if (!agrees)
                {
                    output.WriteLine(
                        $"{root.GetProperty("idx")}: {(accepted ? "accepted" : "rejected")} for {gold}: {End(text.GetString()!)}"
                    );
                }
            }
        }

        TestContext.Current.SendDiagnosticMessage($"labelled responses of real models: agree {agree} of {all}");
        Assert.Equal(0, rejected);
        Assert.True(agree >= 0.98 * all, $"agree {agree} of {all}");
    }

    private static string End(string text) => "…" + text[^Math.Min(120, text.Length)..].Replace('\n', ' ');
}
