using System.Text.Json;
using Rlhf.Tests.HfParity;

namespace Rlhf.Tests.Shaping;

/// <summary>The cases of <c>shaping_values.jsonl</c> through the public stages and estimators, in double; <c>RLHF_SHAPING_VALUES</c> names another file.</summary>
public class ShapingValues
{
    [Fact]
    [Trait("Category", "ShapingValues")]
    public void Stages_ReferenceCases_GiveTheSameValues()
    {
        string file = Environment.GetEnvironmentVariable("RLHF_SHAPING_VALUES") is { Length: > 0 } other
            ? other
            : SharedData.Require(Path.Combine("reference", "shaping_values.jsonl"));
        ParityTally tally = new();
        HashSet<string> unknown = [];
        foreach (string line in File.ReadLines(file).Where(l => !string.IsNullOrWhiteSpace(l)))
        {
            using var document = JsonDocument.Parse(line);
            JsonElement row = document.RootElement;
            string kind = row.GetProperty("kind").GetString()!;
            if (!ShapingCases.Kinds.TryGetValue(kind, out Func<JsonElement, string?>? compare))
            {
                unknown.Add(kind);
                continue;
            }

            string? difference = compare(row);
            tally.Add($"{kind} {row.GetProperty("id")}", difference is null, difference);
        }

        TestContext.Current.SendDiagnosticMessage($"shaping values: matched {tally.Matched} of {tally.Total}");
        Assert.Empty(unknown);
        Assert.NotEqual(0, tally.Total);
        Assert.Empty(tally.Failures);
    }
}
