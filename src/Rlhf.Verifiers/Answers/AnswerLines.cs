namespace Rlhf.Verification.Answers;

/// <summary>Lines that a marker begins.</summary>
internal static class AnswerLines
{
    private const string Hashes = "####";

    /// <summary>For each line that begins with a marker where the answer may begin.</summary>
    /// <param name="text">A response without emphasis.</param>
    /// <param name="markers">The markers; case does not matter.</param>
    public static IEnumerable<int> Find(string text, IReadOnlyList<string> markers)
    {
        for (int at = 0, next; at < text.Length; at = next)
        {
            int end = text.IndexOf('\n', at);
            next = end < 0 ? text.Length : end + 1;
            ReadOnlySpan<char> line = text.AsSpan(at..(end < 0 ? text.Length : end));
            if (Marked(line, markers) is { } begin && !IsHeading(line, text, next))
            {
                yield return at + begin;
            }
        }
    }

    // Where the rest of a marked line begins; null for another line.
    private static int? Marked(ReadOnlySpan<char> line, IReadOnlyList<string> markers)
    {
        int plain = line.Length - line.TrimStart().Length;
        int bare = plain;
        while (bare < line.Length && !char.IsLetterOrDigit(line[bare]) && line[bare] is not ('$' or '\\' or '(' or '"' or '“'))
        {
            bare++;
        }

        int? longest = null;
        foreach (string marker in markers)
        {
            foreach (int start in (ReadOnlySpan<int>)[plain, bare])
            {
                ReadOnlySpan<char> rest = line[start..];
                if (rest.StartsWith(marker, StringComparison.OrdinalIgnoreCase))
                {
                    longest = Math.Max(longest ?? 0, start + marker.Length);
                }
                else if (marker.Length > 2 && marker.EndsWith(':') && IsAlone(rest, marker.AsSpan(..^1)))
                {
                    // A heading, and the answer below it.
                    longest = Math.Max(longest ?? 0, line.Length);
                }
                else if (marker.Length > 2 && marker.EndsWith(':') && IsBare(rest, marker.AsSpan(..^1)))
                {
                    longest = Math.Max(longest ?? 0, start + marker.Length - 1);
                }
            }
        }

        return longest;
    }

    private static bool IsAlone(ReadOnlySpan<char> rest, ReadOnlySpan<char> name) =>
        rest.StartsWith(name, StringComparison.OrdinalIgnoreCase) && rest[name.Length..].Trim(" \t\r*_#").IsEmpty;

    // "Answer 5", "Answer - 5": a value and no word after the name.
    private static bool IsBare(ReadOnlySpan<char> rest, ReadOnlySpan<char> name) =>
        rest.StartsWith(name, StringComparison.OrdinalIgnoreCase)
        && rest[name.Length..] is [' ' or '\t', ..] and var after
        && after.TrimStart(" \t-–—*_") is [var first, ..] value
        && (char.IsDigit(first) || first is '$' or '\\' or '(')
        && (first is '$' or '\\' || !ContainsLetter(value));

    private static bool ContainsLetter(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (char.IsLetter(c))
            {
                return true;
            }
        }

        return false;
    }

    // "#### Step 4" with text below it is no answer.
    private static bool IsHeading(ReadOnlySpan<char> line, string text, int next)
    {
        ReadOnlySpan<char> trimmed = line.TrimStart();
        return trimmed.StartsWith(Hashes)
            && trimmed[Hashes.Length..].TrimStart(" #") is [var first, ..]
            && char.IsLetter(first)
            && !text.AsSpan(next).IsWhiteSpace();
    }
}
