using System.Text;
using System.Text.RegularExpressions;

namespace Rlhf.Judges;

/// <summary>What a judge thinks before it answers: the tags that <c>ThoughtText</c> of Rlhf.Core lists.</summary>
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
        @"<\s*(?<close>/)?\s*(seed:)?(think|thinking|thought|thoughts|reasoning)(\s[^<>]{0,80})?>|\[(?<close>/)?THINK\]|◁(?<close>/)?think▷|<\|((?<close>end_of_)|begin_of_)thought\|>",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Tag();
}
