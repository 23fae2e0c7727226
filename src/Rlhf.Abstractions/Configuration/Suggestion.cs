namespace Rlhf.Configuration;

/// <summary>The word that was meant, for messages about one that is not known.</summary>
public static class Suggestion
{
    /// <summary><c> Did you mean x?</c> with the nearest of the known words, or nothing where none is near.</summary>
    /// <param name="word">The word that is not known.</param>
    /// <param name="known">Those that are.</param>
    public static string Ask(string word, IEnumerable<string> known) => Nearest(word, known) is { } near ? $" Did you mean {near}?" : "";

    /// <summary>The nearest of the known words: the same but for case, dashes and underscores, else few letters away, else a longer
    /// form; null where none is near.</summary>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(word);
        string[] all = [.. known];
        string plain = Plain(word);
        if (plain.Length == 0 || plain.Length > 64)
        {
            return null;
        }

        int most = plain.Length <= 3 ? 1 : Math.Max(2, plain.Length / 3);
        return all.FirstOrDefault(k => Plain(k) == plain)
            ?? all.Select(k => (Word: k, Distance: Distance(Plain(k), plain)))
                .Where(k => k.Distance <= most)
                .OrderBy(k => k.Distance)
                .Select(k => k.Word)
                .FirstOrDefault()
            ?? (plain.Length < 3 ? null : all.FirstOrDefault(k => Plain(k).StartsWith(plain, StringComparison.Ordinal)));
    }

    /// <summary>A word without case, dashes and underscores.</summary>
    public static string Plain(string word) => string.Concat(word.Where(c => c is not ('_' or '-' or ' ')).Select(char.ToLowerInvariant));

    // Insertions, deletions, replacements and swaps of neighbours that make one word of the other (optimal string alignment).
    private static int Distance(string a, string b)
    {
        int[,] d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                d[i, j] =
                    i == 0 ? j
                    : j == 0 ? i
                    : Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
