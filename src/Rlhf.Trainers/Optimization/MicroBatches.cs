using Rlhf.Models;

namespace Rlhf.Trainers.Optimization;

/// <summary>Splits an optimizer step into parts that fit into memory.</summary>
internal static class MicroBatches
{
    /// <summary>
    /// Rows of one prompt together and prompts of similar length together; each part has at most <paramref name="tokenBudget"/> tokens, a
    /// prompt counted once in it (a row over the budget stands alone).
    /// </summary>
    /// <param name="rows">Indices of the optimizer step's rows.</param>
    /// <param name="sequences">Every row's tokens, by index.</param>
    /// <param name="tokenBudget">Tokens of a part; positive.</param>
    /// <returns>Parts that hold each row once; longest first. The same input gives the same split.</returns>
    public static IReadOnlyList<int[]> Split(IEnumerable<int> rows, IReadOnlyList<TokenSequence> sequences, int tokenBudget)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tokenBudget);
        IEnumerable<int[]> groups = rows.GroupBy(r => sequences[r].Prompt, TokenSequence.PromptComparer)
            .Select(g => g.OrderByDescending(r => sequences[r].Length).ThenBy(r => r).ToArray())
            .OrderByDescending(g => sequences[g[0]].Length)
            .ThenBy(g => g[0]);
        List<int[]> parts = [];
        List<int> part = [];
        int tokens = 0;
        foreach (int[] group in groups)
        {
            bool promptInPart = false;
            foreach (int row in group)
            {
                TokenSequence sequence = sequences[row];
                int added = promptInPart ? sequence.Response.Count : sequence.Length;
                if (part.Count > 0 && tokens + added > tokenBudget)
                {
                    parts.Add([.. part]);
                    part.Clear();
                    (tokens, added) = (0, sequence.Length);
                }

                part.Add(row);
                tokens += added;
                promptInPart = true;
            }
        }

        if (part.Count > 0)
        {
            parts.Add([.. part]);
        }

        return parts;
    }
}
