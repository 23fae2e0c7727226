using System.Globalization;
using System.Text.RegularExpressions;
using Rlhf.Verification.Equivalence;

namespace Rlhf.Verification.Answers;

/// <summary>What a reading of a statement of the answer found.</summary>
/// <param name="Text">The answer; null for none.</param>
/// <param name="IsStatement">Whether the answer was stated at all, so that nothing else is looked for.</param>
/// <param name="Length">Characters from the statement's begin to the answer's end.</param>
internal readonly record struct StatedReading(string? Text, bool IsStatement, int Length = 0);

/// <summary>Reads what follows "the answer is": where the answer begins, and where it ends.</summary>
internal static partial class StatedAnswer
{
    /// <summary>Reads one statement.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="from">Where the answer may begin: after "answer is" or a marker.</param>
    /// <param name="until">Where it ends at the latest.</param>
    public static StatedReading Read(string text, int from, int until)
    {
        string rest = AnswerLead.Statement(text, from, until);
        int skipped = NotBut().Match(rest).Length;
        StatedReading reading = Read(rest[skipped..]);
        return reading with { Length = reading.Length + skipped };
    }

    private static StatedReading Read(string rest)
    {
        if (string.IsNullOrWhiteSpace(rest.Trim(' ', '\n', '*', ':', '$', '=')))
        {
            return new(null, true);
        }

        ValueRunReader reader = new(rest);
        int begin = AnswerLead.Begin(reader);
        if (begin >= reader.Tokens.Count)
        {
            return new(null, true);
        }

        if (OptionLetter.At(reader, begin) is { } choice)
        {
            return Checked(reader, rest, choice.Last, choice.Text);
        }

        // An opening bracket that nothing closes.
        if (reader.ReadAt(begin) is not { IsValue: true } run)
        {
            return AnswerLead.IsRemark(rest) ? new(null, false) : Words(reader, rest, begin);
        }

        if (run.IsCutOff || (begin > 0 && reader.Tokens[begin - 1].Kind == ProseKind.Open))
        {
            return new(null, true);
        }

        string value = WithoutRepetition(ValueText.Result(reader.Text(run), keepEquation: true));
        if (Range().IsMatch(value))
        {
            return new(null, true);
        }

        int last = Counted(reader, run.Last);
        string counted = rest[reader.Tokens[run.Last].End..reader.Tokens[last].End];
        return Checked(reader, rest, last, value + counted);
    }

    /// <summary>The unit directly after a value, with a space before it; empty where none stands there.</summary>
    public static string UnitAfter(ValueRunReader reader, int last)
    {
        int end = last;
        for (int i = last + 1; i < reader.Tokens.Count && i <= last + 6; i++)
        {
            ProseToken token = reader.Tokens[i];
            string word = reader.Text(i).ToString();
            bool unit =
                (
                    token.Kind is ProseKind.Word or ProseKind.Letter
                    && token.Spaced
                    && (Units.IsKnown(word) || word is "square" or "cubic" or "per")
                )
                || (end > last && token.Kind is ProseKind.Operator && word is "/" or "^" && !token.Spaced)
                || (
                    end > last && !token.Spaced && token.Kind is ProseKind.Number or ProseKind.Postfix or ProseKind.Word or ProseKind.Letter
                );
            if (
                !unit
                || (
                    word is "in" or "a" or "A"
                    && i + 1 < reader.Tokens.Count
                    && reader.Tokens[i + 1].Kind is ProseKind.Word or ProseKind.Letter
                )
            )
            {
                break;
            }

            end = i;
        }

        return end == last ? "" : " " + reader.Slice(last + 1, end);
    }

    // "3/4, or 75%" says one thing in two ways.
    private static string WithoutRepetition(string value)
    {
        const string Or = " or ";
        int at = value.IndexOf(Or, StringComparison.OrdinalIgnoreCase);
        if (at < 0 || value.IndexOf(Or, at + 1, StringComparison.OrdinalIgnoreCase) >= 0)
        {
            return value;
        }

        string first = value[..at].TrimEnd(',', ' '),
            second = value[(at + Or.Length)..];
        return MathEquivalence.AreEquivalent(first, second) || MathEquivalence.AreEquivalent(second, first) ? first : value;
    }

    // What is counted, and its unit: words up to one that begins something else.
    private static int Counted(ValueRunReader reader, int last)
    {
        int end = last;
        for (int i = last + 1; i < reader.Tokens.Count; i++)
        {
            ProseToken token = reader.Tokens[i];
            bool inch =
                i == last + 1
                && reader.Text(i) is "in"
                && (i + 1 == reader.Tokens.Count || reader.Tokens[i + 1].Kind is ProseKind.Stop or ProseKind.Line);
            if (
                token.Kind is ProseKind.Stop or ProseKind.Line or ProseKind.Joiner or ProseKind.Other or ProseKind.Postfix
                || (reader.Text(i) is "of" && i + 1 < reader.Tokens.Count && reader.Tokens[i + 1].Kind == ProseKind.Word)
                || (token.Kind == ProseKind.Open && token.Spaced && !IsPartOfValue(reader, i))
                || (
                    token.Kind == ProseKind.Operator
                    && token.Spaced
                    && i + 1 < reader.Tokens.Count
                    && reader.Tokens[i + 1].Kind == ProseKind.Word
                )
                || (
                    token.Kind == ProseKind.Word
                    && !inch
                    && AnswerCues.EndsAnswer(reader.Text(i))
                    && !(reader.Text(i) is "in" or "by" && i + 1 < reader.Tokens.Count && reader.Tokens[i + 1].Kind == ProseKind.Number)
                )
            )
            {
                break;
            }

            end = i;
        }

        return end;
    }

    // "5 (mod 7)", "312 (base 4)"
    private static bool IsPartOfValue(ValueRunReader reader, int open) =>
        open + 1 < reader.Tokens.Count && reader.Text(open + 1) is "mod" or "base" or "modulo";

    private static StatedReading Words(ValueRunReader reader, string rest, int begin)
    {
        int end = begin;
        for (int i = begin; i < reader.Tokens.Count; i++)
        {
            ProseToken token = reader.Tokens[i];
            bool stops =
                token.Kind == ProseKind.Line
                || (token.Kind == ProseKind.Stop && !IsAbbreviation(reader, i))
                || (i > begin && token.Kind == ProseKind.Word && reader.Text(i) is "because" or "since")
                || (
                    token.Kind == ProseKind.Joiner
                    && i + 1 < reader.Tokens.Count
                    && reader.Tokens[i + 1].Kind == ProseKind.Word
                    && AnswerCues.EndsAnswer(reader.Text(i + 1))
                );
            if (stops)
            {
                break;
            }

            end = i;
        }

        return Checked(reader, rest, end, Said(reader, begin, end) ?? reader.Slice(begin, end));
    }

    // "Answer: She has 5 apples": the one value of a sentence, after a verb.
    private static string? Said(ValueRunReader reader, int begin, int end)
    {
        string? only = null;
        for (int i = begin; i <= end; i++)
        {
            if (reader.Tokens[i].Kind == ProseKind.Word && AnswerWords.Denials.Contains(reader.Text(i).ToString().ToLowerInvariant()))
            {
                return null;
            }

            if (reader.ReadAt(i) is not { } run)
            {
                continue;
            }

            if (run.IsValue)
            {
                if (only is not null || i == begin || !Verb().IsMatch(reader.Text(i - 1)) || run.IsCutOff)
                {
                    return null;
                }

                only = ValueText.Result(reader.Text(run), keepEquation: true) + UnitAfter(reader, run.Last);
            }

            i = run.Last;
        }

        return only;
    }

    private static bool IsAbbreviation(ValueRunReader reader, int stop) =>
        stop > 0
        && !reader.Tokens[stop].Spaced
        && reader.Text(stop - 1) is "Dr" or "Mr" or "Mrs" or "Ms" or "St" or "vs" or "e" or "g" or "sq";

    // The answer, unless the rest of its sentence asks, rejects it or names another.
    private static StatedReading Checked(ValueRunReader reader, string rest, int last, string answer)
    {
        int stop = SentenceEnd.After(reader, last);
        if (SentenceEnd.Asks(reader, stop))
        {
            return new(null, false);
        }

        string after = rest[reader.Tokens[last].End..(stop < reader.Tokens.Count ? reader.Tokens[stop].Start : rest.Length)];
        int clause = after.IndexOf(';', StringComparison.Ordinal);
        string tail = (clause < 0 ? after : after[..clause]).TrimStart(' ', ',', ';', '—', '–', '-', '(', '*');
        bool reason = Reason().IsMatch(tail);
        if (reason || Contrast().IsMatch(tail))
        {
            return new(answer, true, reader.Tokens[last].End);
        }

        bool other =
            AnswerCues.Rejects(BeforeReason().Match(tail) is { Success: true } because ? tail[..because.Index] : tail)
            || (
                NumberWords.Read(tail.TrimEnd(' ', ')', '*')) is { } number
                && ValueText.Result(answer, false) is var value
                && !MathEquivalence.AreEquivalent(number.ToString(CultureInfo.InvariantCulture), value)
            );
        return new(other ? null : answer, true, reader.Tokens[last].End);
    }

    // "not A, but B"
    [GeneratedRegex(
        @"^[ *]*not [^ ,;.\n]{1,20},? but( rather| instead)? ",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex NotBut();

    [GeneratedRegex(
        @"^(because|since|as (?!well|long|much|many|far|few|little|opposed)|due to|by (the|symmetry|definition|induction|our|adding|multiplying|dividing|subtracting|using)|so )",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Reason();

    [GeneratedRegex(@"\b(because|since)\b", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex BeforeReason();

    // "5, not 6", "5 rather than 6"
    [GeneratedRegex(
        @"^(and not|not|rather than|instead of|as opposed to) [^ ]+( [a-z]+)?[ )*]*$",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Contrast();

    [GeneratedRegex(
        @"^(is|are|was|were|has|have|had|gets?|got|makes?|made|earns?|earned|equals?|gives?|gave|needs?|needed|takes?|took|costs?|be|becomes?|leaves|left|pays?|paid|spends?|spent|ate|eats|sold|sells|bought|buys|saves?|saved|weighs?|owes?|receives?|received|contains?|totals?)$",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Verb();

    [GeneratedRegex(@"^[$€£]?[0-9][0-9.,]*[-\u2010-\u2014][$€£]?[0-9][0-9.,]*$", RegexOptions.NonBacktracking)]
    private static partial Regex Range();
}
