using System.Text;
using System.Text.RegularExpressions;

namespace Rlhf.Rewards;

/// <summary>Finds the thoughts of a response, in time linear in its length.</summary>
internal static partial class Thoughts
{
    /// <summary>The part of a response that a source reads.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="part">Which part.</param>
    public static string Read(string text, ThoughtText part) =>
        part switch
        {
            ThoughtText.Exclude => Joined(text, Outside(text)),
            ThoughtText.Only => Inside(text) is { Count: > 0 } inside ? Joined(text, inside) : text,
            _ => text,
        };

    /// <summary>As <see cref="Read"/>, but where thoughts are excluded their tags stay, empty, for patterns that name them.</summary>
    public static string ReadWithTags(string text, ThoughtText part)
    {
        if (part != ThoughtText.Exclude)
        {
            return Read(text, part);
        }

        StringBuilder kept = new();
        int at = 0;
        foreach ((int start, int end) in Inside(text))
        {
            kept.Append(text, at, start - at);
            at = end;
        }

        return kept.Append(text, at, text.Length - at).ToString();
    }

    /// <summary>
    /// For each step whether it lies wholly or in part within a thought. Steps are looked for one after the other in the response; one
    /// that is not found counts as outside.
    /// </summary>
    public static bool[] OfSteps(string text, IReadOnlyList<string> steps)
    {
        bool[] within = new bool[steps.Count];
        List<(int Start, int End)> inside = Inside(text);
        int from = 0,
            span = 0;
        for (int k = 0; k < steps.Count && inside.Count > 0; k++)
        {
            int at = text.IndexOf(steps[k], from, StringComparison.Ordinal);
            if (at < 0)
            {
                continue;
            }

            from = at + steps[k].Length;
            while (span < inside.Count && inside[span].End <= at)
            {
                span++;
            }

            within[k] = span < inside.Count && inside[span].Start < Math.Max(from, at + 1);
        }

        return within;
    }

    // What the tags hold.
    private static List<(int Start, int End)> Inside(string text)
    {
        List<(int Start, int End)> spans = [];
        int depth = 0,
            start = 0;
        foreach (Match tag in Tag().Matches(text))
        {
            if (!tag.Groups["close"].Success)
            {
                start = depth++ == 0 ? tag.Index + tag.Length : start;
                continue;
            }

            if (depth == 0)
            {
                // The prompt opened this thought.
                spans.Clear();
                spans.Add((0, tag.Index));
            }
            else if (--depth == 0)
            {
                spans.Add((start, tag.Index));
            }
        }

        if (depth > 0)
        {
            spans.Add((start, text.Length));
        }

        return spans;
    }

    private static List<(int Start, int End)> Outside(string text)
    {
        List<(int Start, int End)> spans = [];
        int depth = 0,
            start = 0;
        foreach (Match tag in Tag().Matches(text))
        {
            bool closes = tag.Groups["close"].Success;
            if (depth == 0)
            {
                if (closes)
                {
                    spans.Clear();
                }
                else
                {
                    spans.Add((start, tag.Index));
                }
            }

            depth = closes ? Math.Max(0, depth - 1) : depth + 1;
            start = tag.Index + tag.Length;
        }

        if (depth == 0)
        {
            spans.Add((start, text.Length));
        }

        return spans;
    }

    private static string Joined(string text, List<(int Start, int End)> spans) =>
        spans is [(0, var end)] && end == text.Length ? text : string.Join('\n', spans.Select(s => text[s.Start..s.End]));

    // Every repetition has a bound, so that it is linear without another engine, which is slower.
    [GeneratedRegex(
        @"<\s{0,4}(?<close>/)?\s{0,4}(seed:)?(think|thinking|thought|thoughts|reasoning)(\s[^<>]{0,80})?>|\[(?<close>/)?THINK\]|◁(?<close>/)?think▷|<\|((?<close>end_of_|END_)|begin_of_|START_)(thought|THINKING)\|>",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Tag();
}
