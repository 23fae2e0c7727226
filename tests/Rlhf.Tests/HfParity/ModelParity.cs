using System.Text.Json;
using Rlhf.Models;
using Rlhf.Safetensors;
using static TorchSharp.torch;

namespace Rlhf.Tests.HfParity;

/// <summary>Models against what <c>transformers</c> gives for each folder of <c>hf/</c>, and folders that must be refused.</summary>
internal static class ModelParity
{
    /// <summary>Runs every case of a folder's <c>hf/</c>.</summary>
    internal static ParityTally Run(string folder)
    {
        var tally = new ParityTally();
        string root = Path.Combine(folder, "hf");
        string[] cases = Directory.Exists(root) ? Directory.GetDirectories(root) : [];
        foreach (string path in cases.Where(c => File.Exists(Path.Combine(c, "reference.json"))).Order(StringComparer.Ordinal))
        {
            using var reference = JsonDocument.Parse(File.ReadAllText(Path.Combine(path, "reference.json")));
            string? difference;
            try
            {
                difference =
                    reference.RootElement.GetProperty("expect").GetString() == "refuse"
                        ? Refusal(path, reference.RootElement)
                        : Difference(path, reference.RootElement);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                difference = $"{e.GetType().Name}: {e.Message}";
            }

            tally.Add($"model {Path.GetFileName(path)}", difference is null, difference);
        }

        return tally;
    }

    private static string? Refusal(string folder, JsonElement reference)
    {
        try
        {
            string model = ModelFolder(folder, reference);
            if (IsRewardModel(model))
            {
                using RewardModel rewards = RewardModel.Load(model);
            }
            else
            {
                using CausalLm policy = CausalLm.Load(model);
                if (reference.TryGetProperty("adapter", out JsonElement adapter))
                {
                    policy.LoadAdapters(Path.Combine(folder, adapter.GetString()!));
                }
            }

            return "it was loaded";
        }
        catch (ModelFormatException e)
        {
            string[] unmentioned =
            [
                .. reference
                    .GetProperty("mentions")
                    .EnumerateArray()
                    .Select(m => m.GetString()!)
                    .Where(m => !e.Message.Contains(m, StringComparison.Ordinal)),
            ];
            return unmentioned.Length > 0 ? $"'{e.Message}' does not mention {string.Join(", ", unmentioned)}" : null;
        }
    }

    private static string? Difference(string folder, JsonElement reference)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        string model = ModelFolder(folder, reference);
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, "reference.safetensors"));
        double tolerance = reference.GetProperty("tolerance").GetDouble();
        Tensor ids = file.Read("input_ids").to(ScalarType.Int64),
            mask = file.Read("attention_mask").to(ScalarType.Bool);
        int[][] rows =
        [
            .. Enumerable
                .Range(0, (int)ids.size(0))
                .Select(b => ids[b].masked_select(mask[b]).data<long>().Select(id => (int)id).ToArray()),
        ];
        if (file.Contains("scores"))
        {
            using RewardModel rewards = RewardModel.Load(model);
            return Compare("scores", rewards.Score(rows), file.Read("scores"), tolerance);
        }

        using CausalLm policy = CausalLm.Load(model);
        if (reference.TryGetProperty("adapter", out JsonElement adapter))
        {
            policy.LoadAdapters(Path.Combine(folder, adapter.GetString()!));
        }

        return Logits(policy, rows, file, tolerance) ?? LogProbs(policy, rows, file, tolerance) ?? Greedy.Difference(policy, reference);
    }

    private static string ModelFolder(string folder, JsonElement reference) =>
        reference.TryGetProperty("model", out JsonElement elsewhere)
            ? Path.GetFullPath(Path.Combine(folder, elsewhere.GetString()!))
            : folder;

    // By the class that the file names; a file that cannot be read is the policy's to refuse.
    private static bool IsRewardModel(string model)
    {
        string path = Path.Combine(model, "config.json");
        string text = File.Exists(path) ? File.ReadAllText(path) : "";
        return text.Contains("ForSequenceClassification\"", StringComparison.Ordinal)
            || text.Contains("ForTokenClassification\"", StringComparison.Ordinal)
            || text.Contains("RewardModel\"", StringComparison.Ordinal);
    }

    private static string? Logits(CausalLm policy, int[][] rows, SafetensorsFile file, double tolerance)
    {
        Tensor expected = file.Read("logits");
        long[]? positions = file.Contains("positions") ? [.. file.Read("positions").to(ScalarType.Int64).data<long>()] : null;
        Tensor hidden = policy.Trunk(
            tensor(rows.SelectMany(r => r.Select(id => (long)id)).ToArray()),
            new RaggedLayout([.. rows.Select(r => r.Length)], CPU)
        );
        long start = 0;
        for (int b = 0; b < rows.Length; b++)
        {
            using var scope = NewDisposeScope();
            long[] columns =
            [
                .. (positions ?? [.. Enumerable.Range(0, rows[b].Length).Select(t => (long)t)]).Where(c => c < rows[b].Length),
            ];
            long[] entries = [.. columns.Select(c => positions is null ? c : Array.IndexOf(positions, c))];
            Tensor actual = policy.Head(hidden.index_select(0, tensor(columns.Select(c => start + c).ToArray())));
            if (Compare($"logits of row {b}", actual, expected[b].index_select(0, tensor(entries)), tolerance) is { } difference)
            {
                return difference;
            }

            start += rows[b].Length;
        }

        return null;
    }

    private static string? LogProbs(CausalLm policy, int[][] rows, SafetensorsFile file, double tolerance)
    {
        Tensor expected = file.Read("next_token_logprobs");
        TokenSequence[] sequences = [.. rows.Select(r => new TokenSequence(r[..1], r[1..]))];
        Tensor actual = ResponseLogProbs.Compute(policy, sequences, (int)expected.size(1), temperature: 1).LogProbs;
        return Compare("log-probs", actual, expected, tolerance);
    }

    private static string? Compare(string what, Tensor actual, Tensor expected, double tolerance)
    {
        double largest = actual.to(ScalarType.Float64).sub(expected.to(ScalarType.Float64)).abs().max().item<double>();
        return largest <= tolerance ? null : $"{what} differ by {largest:g4}";
    }
}
