using System.Text;
using System.Text.RegularExpressions;

namespace Rlhf.Text;

/// <summary>Finds the thoughts of a response, in time linear in its length.</summary>
public static partial class Thoughts
{
    /// <summary>The part of a response that a source reads.</summary>
    /// <param name="completion">The response.</param>
    /// <param name="part">Which part.</param>
    public static string Read(Completion completion, ThoughtText part) => Read(completion.Text, part, completion.BeginsInThought);

    /// <summary>The part of a text that a source reads.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="part">Which part.</param>
    /// <param name="begins">Whether a thought is open before the text.</param>
    public static string Read(string text, ThoughtText part, bool begins = false) =>
        part switch
        {
            ThoughtText.Exclude => Joined(text, Outside(text, begins)),
            ThoughtText.Only => Inside(text, begins) is { Count: > 0 } inside ? Joined(text, inside) : text,
            _ => text,
        };

    /// <summary>
    /// As <see cref="Read(Completion, ThoughtText)"/>, but where thoughts are excluded their tags stay, empty, for patterns that name them.
    /// </summary>
    public static string ReadWithTags(Completion completion, ThoughtText part)
    {
        if (part != ThoughtText.Exclude)
        {
            return Read(completion, part);
        }

        string text = completion.Text;
        StringBuilder kept = new();
        int at = 0;
        foreach ((int start, int end) in Inside(text, completion.BeginsInThought))
        {
            kept.Append(text, at, start - at);
            at = end;
        }

        return kept.Append(text, at, text.Length - at).ToString();
    }

    /// <summary>Whether a prompt ends with the opening tag of a thought, white space aside.</summary>
    public static bool IsOpenedBy(string prompt)
    {
        string end = prompt.TrimEnd();
        return Tag().Matches(end) is [.., var last] && last.Index + last.Length == end.Length && !last.Groups["close"].Success;
    }

    /// <summary>
    /// For each step whether it lies wholly or in part within a thought. Steps are looked for one after the other in the response; one
    /// that is not found counts as outside.
    /// </summary>
    public static bool[] OfSteps(Completion completion) => OfSteps(completion.Text, completion.Steps, completion.BeginsInThought);

    /// <inheritdoc cref="OfSteps(Completion)"/>
    public static bool[] OfSteps(string text, IReadOnlyList<string> steps, bool begins = false)
    {
        bool[] within = new bool[steps.Count];
        List<(int Start, int End)> inside = Inside(text, begins);
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
    private static List<(int Start, int End)> Inside(string text, bool begins)
    {
        List<(int Start, int End)> spans = [];
        int depth = begins ? 1 : 0,
            start = 0;
        foreach (Match tag in Tags(text, begins))
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

    private static List<(int Start, int End)> Outside(string text, bool begins)
    {
        List<(int Start, int End)> spans = [];
        int depth = begins ? 1 : 0,
            start = 0;
        foreach (Match tag in Tags(text, begins))
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

    // A response that begins in a thought may open it once more, as models do that were trained to write the tag themselves.
    private static IEnumerable<Match> Tags(string text, bool begins)
    {
        MatchCollection tags = Tag().Matches(text);
        return begins && tags.FirstOrDefault() is { } first && !first.Groups["close"].Success ? tags.Skip(1) : tags;
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
