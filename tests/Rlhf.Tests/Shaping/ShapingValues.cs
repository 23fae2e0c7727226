using System.Text.Json;
using Rlhf.Tests.HfParity;

namespace Rlhf.Tests.Shaping;

/// <summary>
/// The cases of <c>shaping_values.jsonl</c> through the public stages and estimators, in double; <c>RLHF_SHAPING_VALUES</c> names another
/// file.
/// </summary>
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

            string? difference = Compare(compare, row);
            tally.Add($"{kind} {(row.TryGetProperty("id", out JsonElement id) ? id : tally.Total + 1)}", difference is null, difference);
        }

        TestContext.Current.SendDiagnosticMessage($"shaping values: matched {tally.Matched} of {tally.Total}");
        Assert.Empty(unknown);
        Assert.NotEqual(0, tally.Total);
        Assert.True(tally.Failures.Count == 0, string.Join(Environment.NewLine, tally.Failures));
    }

    [Theory]
    [InlineData(
        """{"kind": "clip", "options": {"threshold": 1, "more": {}}, "inputs": {"steps": [[0, 2], null, []]}, "expected": {"steps": [[-1, 0], [], null], "more": 1}, "more": []}"""
    )]
    [InlineData("""{"kind": "potential", "inputs": {"steps": [[1, 3]]}, "expected": {"steps": [[1, -1]]}}""")]
    [InlineData(
        """{"kind": "gate_levels", "options": {"thresholds": [null, 0]}, "inputs": {"levels_low_to_high": [[2, 1], [2, 0], [2, null]]}, "expected": {"levels": [[2, 1], [0, 0], null], "total": [3, 0, null]}}"""
    )]
    [InlineData(
        """{"kind": "gate_levels", "options": {"thresholds": [5]}, "inputs": {"levels_low_to_high": [[2], [null]]}, "expected": {"levels": [[2], [null]], "total": [2, null]}}"""
    )]
    [InlineData(
        """{"kind": "soft_overlong", "options": {"max_length": 4.0, "cache": 2.0}, "inputs": {"lengths": [3.0, 9]}, "expected": {"penalty": [-0.5, -1]}}"""
    )]
    [InlineData(
        """{"kind": "cosine_length", "options": {"max_len": 4}, "inputs": {"lengths": [4, 4, 4], "correct": [1, false, null]}, "expected": {"reward": [0.5, -0.5, null]}}"""
    )]
    [InlineData(
        """{"kind": "weighted_sum", "options": {"weights": {"a": 1}, "optional": ["b"]}, "inputs": {"channels": {"a": [1, null], "b": [2, 2]}}, "expected": {"total": [1, null]}}"""
    )]
    [InlineData(
        """{"kind": "group_outcome_advantage", "inputs": {"outcome": [0.3, 0.1, 0.2]}, "expected": {"advantage": [0.9999900001, -0.9999900001, 0]}}"""
    )]
    public void Cases_OfOtherForm_AreReadToo(string json)
    {
        using var document = JsonDocument.Parse(json);
        Assert.Null(Compare(ShapingCases.Kinds[document.RootElement.GetProperty("kind").GetString()!], document.RootElement));
    }

    // A case that cannot be read or is refused is one case that differs; the others still count.
    private static string? Compare(Func<JsonElement, string?> compare, JsonElement row)
    {
        try
        {
            return compare(row);
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message}";
        }
    }
}
