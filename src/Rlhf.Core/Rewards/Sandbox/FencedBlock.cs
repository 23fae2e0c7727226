namespace Rlhf.Rewards.Sandbox;

/// <summary>Finds code in a response.</summary>
internal static class FencedBlock
{
    private const string Fence = "```";

    /// <summary>
    /// What the last closed block between two lines of three backticks holds (the first may name a language); null where there is none.
    /// Takes time linear in the text.
    /// </summary>
    public static string? FindLast(string text)
    {
        string? last = null;
        int? start = null;
        for (int at = 0, next; at < text.Length; at = next)
        {
            int end = text.IndexOf('\n', at);
            next = end < 0 ? text.Length : end + 1;
            ReadOnlySpan<char> line = text.AsSpan(at..next).TrimEnd();
            if (start is { } from && line.SequenceEqual(Fence))
            {
                (last, start) = (text[from..at], null);
            }
            else if (start is null && line.StartsWith(Fence) && !line[Fence.Length..].Contains('`') && end >= 0)
            {
                start = next;
            }
        }

        return last;
    }
}
