using System.Globalization;
using System.Text.Json;
using Rlhf.Judges;

namespace Rlhf.Tests.Judges;

/// <summary>The reference replies of judges, or any file of the same form that <c>RLHF_JUDGE_REPLIES</c> names.</summary>
[Trait("Category", "JudgeReplies")]
public class JudgeRepliesParity(ITestOutputHelper output)
{
    [Fact]
    public void Replies_AreReadAsTheReferenceReadsThem()
    {
        string? named = Environment.GetEnvironmentVariable("RLHF_JUDGE_REPLIES");
        string path = string.IsNullOrWhiteSpace(named) ? SharedData.Require("reference/judge_replies.jsonl") : named;
        Assert.True(File.Exists(path), $"RLHF_JUDGE_REPLIES names {path}, which is not there");
        int agree = 0,
            all = 0;
        foreach (string line in File.ReadLines(path).Where(l => !string.IsNullOrWhiteSpace(l)))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            string kind = root.GetProperty("kind").GetString()!,
                reply = root.GetProperty("reply").GetString()!;
            double? want = root.GetProperty("want") is { ValueKind: JsonValueKind.Number } n ? n.GetDouble() : null;
            double? read = kind switch
            {
                "rating" => RatingReader.Read(reply),
                "verdict" => VerdictReader.Read(reply),
                _ => throw new InvalidDataException($"{path}: '{kind}' is no kind of reply; known are rating and verdict."),
            };
            all++;
            agree += read == want ? 1 : 0;
            if (read != want)
            {
                output.WriteLine($"line {all}: {kind} {Shown(read)} instead of {Shown(want)}: {reply}");
            }
        }

        string summary = $"judge replies: agree {agree} of {all}";
        output.WriteLine(summary);
        TestContext.Current.SendDiagnosticMessage(summary);
        Assert.True(all > 0, $"{path} holds no reply");
        Assert.Equal(all, agree);
    }

    private static string Shown(double? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "unreadable";
}
