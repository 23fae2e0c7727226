using System.Text.Json;
using Rlhf.Generation;
using static TorchSharp.torch;

namespace Rlhf.Tests.HfParity;

/// <summary>Filters against what <c>transformers</c> gives for each row of <c>hf/sampling.jsonl</c>.</summary>
internal static class SamplingParity
{
    private const double Tolerance = 1e-6;

    /// <summary>Runs every row of <c>hf/sampling.jsonl</c> in a folder; none where it has no such file.</summary>
    internal static ParityTally Run(string folder)
    {
        var tally = new ParityTally();
        string file = Path.Combine(folder, "hf", "sampling.jsonl");
        foreach (string line in File.Exists(file) ? File.ReadLines(file) : [])
        {
            using var row = JsonDocument.Parse(line);
            string? difference = Difference(row.RootElement);
            tally.Add($"sampling row {row.RootElement.GetProperty("id")}", difference is null, difference);
        }

        return tally;
    }

    private static string? Difference(JsonElement row)
    {
        using var scope = NewDisposeScope();
        double Number(string name, double off) => row.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : off;
        var options = new SamplingOptions
        {
            Temperature = Number("temperature", 1),
            TopK = (int)Number("top_k", 0),
            TopP = Number("top_p", 1),
            MinP = Number("min_p", 0),
        };
        float[] logits = [.. row.GetProperty("logits").EnumerateArray().Select(v => v.GetSingle())];
        double[] expected = [.. row.GetProperty("probs").EnumerateArray().Select(v => v.GetDouble())];
        double[] actual = [.. LogitsFilters.Probabilities(tensor(logits).unsqueeze(0), options).to(ScalarType.Float64).data<double>()];
        if (row.GetProperty("has_ties").GetBoolean())
        {
            Array.Sort(expected);
            Array.Sort(actual);
        }
        else
        {
            HashSet<int> kept = [.. row.GetProperty("kept").EnumerateArray().Select(v => v.GetInt32())];
            int extra = Array.FindIndex([.. actual.Select((p, i) => p > 0 && !kept.Contains(i))], wrong => wrong);
            if (extra >= 0)
            {
                return $"token {extra} is kept";
            }
        }

        double largest = expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max();
        return largest <= Tolerance ? null : $"largest difference {largest:g3}";
    }
}
