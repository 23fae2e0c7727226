namespace Rlhf.Verification.Equivalence;

/// <summary>Which coordinate of a point a letter names.</summary>
internal static class LetterOrder
{
    /// <summary>
    /// The places of the names in the order of the coordinates; null where it is unsure. Letters that follow one another in the alphabet
    /// (x and y, a to d) name them in that order, wherever they are written. Of others, such as r and θ, or m and b, only the order in which
    /// they are written is known: in a pair of brackets it is the problem's, and apart it counts where it is the alphabet's.
    /// </summary>
    /// <param name="names">Different letters as they are written.</param>
    /// <param name="together">Whether they stand in one pair of brackets.</param>
    public static int[]? Of(string[] names, bool together)
    {
        int[] written = [.. Enumerable.Range(0, names.Length)],
            sorted = [.. written.OrderBy(i => names[i][0] == '\\').ThenBy(i => names[i], StringComparer.Ordinal)];
        bool follow = names.All(n => n.Length == 1) && names.Max(n => n[0]) - names.Min(n => n[0]) == names.Length - 1;
        return follow ? sorted
            : together || written.SequenceEqual(sorted) ? written
            : null;
    }
}
