namespace Rlhf.Trainers.Optimization;

/// <summary>Splits an optimizer step into parts that fit into memory.</summary>
public static class MicroBatches
{
    /// <summary>Rows of similar length together, each part of at most <paramref name="tokenBudget"/> tokens (a longer row stands alone).</summary>
    /// <param name="rows">Indices of the optimizer step's rows.</param>
    /// <param name="lengths">Tokens of every row, by index.</param>
    /// <param name="tokenBudget">Tokens of a part; positive.</param>
    /// <returns>Parts that hold each row once; longest first. The same input gives the same split.</returns>
    public static IReadOnlyList<int[]> Split(IEnumerable<int> rows, IReadOnlyList<int> lengths, int tokenBudget)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tokenBudget);
        List<int[]> parts = [];
        List<int> part = [];
        int tokens = 0;
        foreach (int row in rows.OrderByDescending(r => lengths[r]).ThenBy(r => r))
        {
            if (part.Count > 0 && tokens + lengths[row] > tokenBudget)
            {
                parts.Add([.. part]);
                part.Clear();
                tokens = 0;
            }

            part.Add(row);
            tokens += lengths[row];
        }

        if (part.Count > 0)
        {
            parts.Add([.. part]);
        }

        return parts;
    }
}
