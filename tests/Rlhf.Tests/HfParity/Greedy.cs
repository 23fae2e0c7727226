using System.Text.Json;
using Rlhf.Generation;
using Rlhf.Models;

namespace Rlhf.Tests.HfParity;

internal static class Greedy
{
    /// <summary>
    /// Greedy continuations of the rollout engine, all prompts of a case at once, against the reference's, token for token.
    /// </summary>
    public static string? Difference(CausalLm policy, JsonElement reference)
    {
        if (!reference.TryGetProperty("greedy", out JsonElement cases) || cases.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        JsonElement[] all = [.. cases.EnumerateArray()];
        RolloutRequest[] requests = [.. all.Select((c, i) => new RolloutRequest(c.GetProperty("prompt").Deserialize<int[]>()!, i))];
        SamplingOptions options = new()
        {
            Temperature = 0,
            MaxNewTokens = reference.GetProperty("greedy_max_new_tokens").GetInt32(),
            StopTokenIds = policy.Config.EosTokenIds,
        };
        IReadOnlyList<RolloutSequence> responses = new CausalLmRolloutEngine(policy).Generate(requests, options);
        for (int i = 0; i < all.Length; i++)
        {
            int[] expected = all[i].GetProperty("continuation").Deserialize<int[]>()!;
            string finish = responses[i].FinishReason == FinishReason.StopToken ? "stop" : "length";
            if (!responses[i].TokenIds.SequenceEqual(expected) || finish != all[i].GetProperty("finish").GetString())
            {
                return $"greedy continuation {i}: expected {string.Join(' ', expected)} ({all[i].GetProperty("finish")}), got {string.Join(' ', responses[i].TokenIds)} ({finish})";
            }
        }

        return null;
    }
}
