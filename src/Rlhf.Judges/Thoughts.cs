using System.Text;
using System.Text.RegularExpressions;

namespace Rlhf.Judges;

/// <summary>What a judge thinks before it answers.</summary>
internal static partial class Thoughts
{
    /// <summary>
    /// The reply without what stands in think tags. A tag that is never closed takes all that follows; one that was never opened (the
    /// prompt did) all that precedes.
    /// </summary>
    public static string Remove(string reply)
    {
        StringBuilder kept = new();
        int depth = 0,
            start = 0;
        foreach (Match tag in Tag().Matches(reply))
        {
            bool closes = tag.Groups["close"].Success;
            if (depth == 0)
            {
                _ = closes ? kept.Clear() : kept.Append(reply, start, tag.Index - start).Append('\n');
            }

            depth = closes ? Math.Max(0, depth - 1) : depth + 1;
            start = tag.Index + tag.Length;
        }

        return (depth == 0 ? kept.Append(reply, start, reply.Length - start) : kept).ToString();
    }

    [GeneratedRegex(
        @"<(?<close>/)?(think|thinking|thought|thoughts|reasoning)>|\[(?<close>/)?THINK\]|◁(?<close>/)?think▷",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Tag();
}
