using System.Text.RegularExpressions;

namespace Rlhf.Verification.Answers;

/// <summary>The last value of a text that says nowhere what its answer is.</summary>
internal static partial class LastValue
{
    private const int MostBetween = 4;

    /// <summary>
    /// The last whole expression with a number or formula; null where there is none, where it is denied, only supposed or asked, where the
    /// text ends within it, or where it is a range such as 3-5.
    /// </summary>
    /// <param name="text">A response outside its thoughts, without emphasis.</param>
    public static string? Find(string text)
    {
        ValueRunReader reader = new(text);
        ValueRun? last = null;
        int depth = 0;
        bool within = false;
        HashSet<int> indices = [0];
        for (int i = 0; i < reader.Tokens.Count; i++)
        {
            ProseToken token = reader.Tokens[i];
            if (token.Kind == ProseKind.Line)
            {
                depth = 0;
            }

            if (IsIndex(reader, i, indices))
            {
                continue;
            }

            // A remark in brackets after a value explains it.
            if (token.Kind == ProseKind.Open && reader.Closing(i) is null)
            {
                within = depth++ == 0 ? last is { } before && SameSentence(reader, before.Last, i) : within;
                continue;
            }

            if (token.Kind == ProseKind.Close)
            {
                depth = Math.Max(0, depth - 1);
                continue;
            }

            if (reader.ReadAt(i) is not { } run)
            {
                continue;
            }

            bool explained =
                (depth > 0 && within)
                || (
                    token.Kind == ProseKind.Open
                    && i > 0
                    && token.Spaced
                    && reader.Tokens[i - 1].Kind == ProseKind.Number
                    && last?.Last == i - 1
                );
            if (
                run.IsValue
                && !explained
                && !IsRank(reader, run)
                && !IsMention(reader.Text(run))
                && !IsCondition(reader, run)
                && !IsContrast(reader, last, run.First)
            )
            {
                last = run;
            }

            i = run.Last;
        }

        return last is { } found ? Value(text, reader, found) : null;
    }

    private static string? Value(string text, ValueRunReader reader, ValueRun run)
    {
        ProseToken first = reader.Tokens[run.First],
            end = reader.Tokens[run.Last];
        string value = reader.Text(run);
        if (
            run.IsCutOff
            || Range().IsMatch(value)
            || Glued().IsMatch(value)
            || AnswerCues.Denies(text, first.Start)
            || AnswerCues.NamesAnswer(text, first.Start)
            || AnswerCues.IsRejected(text, end.End)
            || IsEndOfRange(reader, run.First)
            || IsOpenBefore(reader, run.First)
            || SentenceEnd.Asks(reader, SentenceEnd.After(reader, run.Last))
            || AnswerCues.Retraction(text, end.End) < text.Length
            || AnswerCues.GivesUp(text, end.End)
        )
        {
            return null;
        }

        return ValueText.Result(value, keepEquation: false) + StatedAnswer.UnitAfter(reader, run.Last);
    }

    // "1. First", "2) Then": numbers that count lines.
    private static bool IsIndex(ValueRunReader reader, int i, HashSet<int> seen)
    {
        IReadOnlyList<ProseToken> tokens = reader.Tokens;
        if (
            tokens[i].Kind != ProseKind.Number
            || (i > 0 && tokens[i - 1].Kind != ProseKind.Line)
            || i + 2 >= tokens.Count
            || tokens[i].End - tokens[i].Start > 3
            || !(tokens[i + 1].Kind == ProseKind.Stop || reader.Text(i + 1).SequenceEqual(")"))
            || tokens[i + 1].Spaced
            || tokens[i + 2].Kind == ProseKind.Line
            || !tokens[i + 2].Spaced
            || !int.TryParse(reader.Text(i), out int index)
            || !(seen.Contains(index - 1) || (tokens[i + 2].Kind == ProseKind.Word && char.IsUpper(reader.Text(i + 2)[0])))
        )
        {
            return false;
        }

        seen.Add(index);
        return true;
    }

    private static bool SameSentence(ValueRunReader reader, int from, int to)
    {
        const int Most = 40;
        for (int i = to - 1; i > from && to - i < Most; i--)
        {
            if (reader.Tokens[i].Kind is ProseKind.Stop or ProseKind.Line)
            {
                return false;
            }
        }

        return to - from < Most;
    }

    // The 5th.
    private static bool IsRank(ValueRunReader reader, ValueRun run) =>
        Rank().IsMatch(reader.Text(run))
        || (run.First == run.Last && run.First > 0 && reader.Tokens[run.First].Spaced && Label().IsMatch(reader.Text(run.First - 1)));

    // "at x = 2", "let n = 7"
    private static bool IsCondition(ValueRunReader reader, ValueRun run) =>
        run.First > 0
        && run.Last > run.First
        && reader.Tokens[run.First + 1].Kind == ProseKind.Relation
        && reader.Tokens[run.First].Kind is ProseKind.Letter or ProseKind.Word
        && Condition().IsMatch(reader.Text(run.First - 1));

    // "5, not 6", "5 rather than 6": the first of them.
    private static bool IsContrast(ValueRunReader reader, ValueRun? before, int first)
    {
        bool denied = false;
        for (int i = first - 1; before is { } value && i > value.Last && i >= first - MostBetween; i--)
        {
            ReadOnlySpan<char> word = reader.Text(i);
            if (!(word is "," or "and" or "than" or "of" or "(" or "not" or "rather" or "instead"))
            {
                return false;
            }

            denied |= word is "not" or "rather" or "instead";
        }

        return denied && first - 1 - before!.Value.Last <= MostBetween;
    }

    // "from 2 to 5", "4 by 6"
    private static bool IsEndOfRange(ValueRunReader reader, int first) =>
        first > 1
        && reader.Text(first - 1) is "to" or "through" or "by"
        && reader.Tokens[first - 2].Kind is ProseKind.Number or ProseKind.Formula or ProseKind.Close or ProseKind.Postfix;

    // $x$ names something.
    private static bool IsMention(string value) => value.Length == 0 || (value.Length == 1 && char.IsLetter(value[0]));

    private static bool IsOpenBefore(ValueRunReader reader, int first) =>
        first > 0
        && reader.Tokens[first - 1] is { Kind: ProseKind.Open } open
        && !reader.Tokens[first].Spaced
        && !reader.Tokens.Skip(first).Any(t => t.Kind == ProseKind.Close)
        && open.End > 0;

    [GeneratedRegex(
        @"^(steps?|cases?|parts?|questions?|problems?|equations?|theorem|lemma|chapter|figure|table|example|lines?|sections?|eq|no|method|solution|version|item|exercise|note|footnote)$",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Label();

    [GeneratedRegex(
        @"^(at|when|where|for|if|with|let|given|since|because|suppose|assume|set|setting|substituting|plugging|putting|taking)$",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Condition();

    // 3-5, 3–5: from one to the other, or the one less the other.
    [GeneratedRegex(@"^[$€£]?[0-9][0-9.,]*[-\u2010-\u2014][$€£]?[0-9][0-9.,]*$", RegexOptions.NonBacktracking)]
    private static partial Regex Range();

    // COVID-19, Step-3
    [GeneratedRegex(@"^\p{L}{2,}-[0-9]", RegexOptions.NonBacktracking)]
    private static partial Regex Glued();

    [GeneratedRegex(@"^[0-9]+(st|nd|rd|th)$", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Rank();
}
