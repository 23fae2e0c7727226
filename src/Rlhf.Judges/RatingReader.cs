using System.Globalization;
using System.Text.RegularExpressions;
using Rlhf.Text;

namespace Rlhf.Judges;

/// <summary>Reads a rating from 1 to 10 out of a judge's reply, as a careful reader would.</summary>
/// <remarks>
/// <code>
/// occurrence := "rating" about? separator opening number closing scale? unit?
/// about      := "(1-10)" | "out of 10" | "for this response" | …
/// separator  := ":" | "=" | "is" | a dash | an arrow | a line break
/// opening    := blanks, line breaks, emphasis, quotes, brackets, "\boxed{" …
/// scale      := "/10" | "out of 10" | "(1-10)" | "on a scale of 1 to 10"
/// </code>
/// The last occurrence outside thoughts decides; if no one number from 1 to 10 can be read there, none is read at all. So a rating that the
/// judge quotes before its own does no harm, and a range, a fraction, another scale or a second thought is no rating. What a reply only
/// reports ("the response says "Rating: 10"") is none either.
/// </remarks>
internal static partial class RatingReader
{
    public const int Lowest = 1;
    public const int Highest = 10;

    /// <summary>The rating; null where none can be read.</summary>
    public static int? Read(string reply)
    {
        string text = Thoughts.Read(reply, ThoughtText.Exclude);
        List<Occurrence> all = [.. Head().Matches(text).Select(h => Find(text, h)).OfType<Occurrence>()];
        if (all is not [.., var last] || Value(text, last) is not { } value || IsReported(text, last.Head) || IsCorrected(text, last))
        {
            return null;
        }

        // What a fence or a block quotation shows may be the response's own words: it has to agree with what stands outside.
        int[] fences = [.. Fence().Matches(text).Select(m => m.Index)];
        bool disagrees =
            IsShown(text, fences, last.Head)
            && all.Any(o => !IsShown(text, fences, o.Head) && Value(text, o) is { } other && other != value);
        return disagrees ? null : value;
    }

    // The word with a separator. What separates weakly has to be followed by a number, since "rating is" and "rating -" are prose as well.
    private static Occurrence? Find(string text, Match head)
    {
        Match separator = Separator().Match(text, head.Index + head.Length);
        if (!separator.Success)
        {
            return null;
        }

        Occurrence found = new(head.Index, separator);
        if (separator.Groups["strong"].Success)
        {
            return found;
        }

        bool isTag = head.Index > 0 && text[head.Index - 1] == '<';
        if (isTag || separator.Groups["tag"].Success)
        {
            return isTag && separator.Groups["tag"].Success && Number().IsMatch(text, found.End) ? found : null;
        }

        return separator.Groups["spelled"].Success ? (Number().IsMatch(text, found.End) ? found : null)
            : BeginsLine().IsMatch(Beginning(text, head.Index)) && Value(text, found) is not null ? found
            : null;
    }

    private static int? Value(string text, Occurrence occurrence)
    {
        Match number = Number().Match(text, occurrence.End);
        if (!number.Success || !Fits(About().Match(occurrence.About)))
        {
            return null;
        }

        int at = number.Index + number.Length;
        if (Attached().IsMatch(text, at))
        {
            return null;
        }

        for (int from = -1; from != at; )
        {
            from = at;
            at = End(Closing().Match(text, at), at);
            Match scale = Scale().Match(text, at);
            if (!Fits(scale))
            {
                return null;
            }

            at = End(Unit().Match(text, End(scale, at)), End(scale, at));
        }

        // A line of its own is a value; the first line of a numbered list is none.
        bool isBelow = number.Groups["open"].Value.Contains('\n', StringComparison.Ordinal) || occurrence.IsLineBreak;
        bool isRead = isBelow
            ? !(occurrence.IsStrong ? ListItem() : RestOfLine()).IsMatch(text, occurrence.IsStrong ? number.Groups["n"].Index : at)
            : true;
        return
            isRead
            && !Ambiguous().IsMatch(text, at)
            && int.TryParse(number.Groups["n"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            && value is >= Lowest and <= Highest
            ? value
            : null;
    }

    private static bool Fits(Match scale) =>
        scale.Groups["max"] is not { Success: true, Value: var max }
        || max == "10"
        || max.Equals("ten", StringComparison.OrdinalIgnoreCase);

    private static int End(Match match, int otherwise) => match.Success ? match.Index + match.Length : otherwise;

    // "Rating: 8 … Wait, 7."
    private static bool IsCorrected(string text, Occurrence last) => Correction().IsMatch(text, last.End);

    // Words between quotation marks or backticks are the judge's own where the line holds nothing else, or says so.
    private static bool IsReported(string text, int at)
    {
        int start = LineStart(text, at),
            end = text.IndexOf('\n', at);
        string before = text[start..at],
            after = end < 0 ? text[at..] : text[at..end];
        foreach (
            (string open, string close) in (ReadOnlySpan<(string, string)>)[("\"", "\""), ("`", "`"), ("“", "”"), ("«", "»"), ("„", "“")]
        )
        {
            bool isOpen =
                open == close
                    ? before.AsSpan().Count(open) % 2 == 1
                    : before.LastIndexOf(open, StringComparison.Ordinal) > before.LastIndexOf(close, StringComparison.Ordinal);
            int closing = after.IndexOf(close, StringComparison.Ordinal);
            if (isOpen && closing >= 0 && after.AsSpan(0, closing).ContainsAnyInRange('0', '9'))
            {
                string around = before[..before.LastIndexOf(open, StringComparison.Ordinal)] + " " + after[closing..];
                return around.Any(char.IsLetter) && (OthersWords().IsMatch(around) || !OwnWords().IsMatch(around));
            }
        }

        return Reporting().IsMatch(before);
    }

    private static bool IsShown(string text, int[] fences, int at)
    {
        int before = ~Array.BinarySearch(fences, at); // the word is no fence, so it is not found
        return before % 2 == 1 || Beginning(text, at).TrimStart() is ['>', ..];
    }

    // What stands before a place on its line; nothing where that is long.
    private static ReadOnlySpan<char> Beginning(string text, int at)
    {
        const int Longest = 100;
        ReadOnlySpan<char> near = text.AsSpan(Math.Max(0, at - Longest)..at);
        int line = near.LastIndexOf('\n');
        return line >= 0 ? near[(line + 1)..]
            : at <= Longest ? near
            : "x";
    }

    private static int LineStart(string text, int at) => at == 0 ? 0 : text.LastIndexOf('\n', at - 1) + 1;

    private sealed record Occurrence(int Head, Match Separator)
    {
        public int End => Separator.Index + Separator.Length;

        public string About => Separator.Groups["about"].Value;

        public bool IsStrong => Separator.Groups["strong"].Success;

        public bool IsLineBreak => Separator.Groups["break"].Success;
    }
}
