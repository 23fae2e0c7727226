using System.Buffers;
using System.Text.RegularExpressions;

namespace Rlhf.Verification.Answers;

/// <summary>What stands between "the answer is" and the answer.</summary>
internal static partial class AnswerLead
{
    // A statement is short; what is longer is no answer.
    private const int MostCharacters = 4000;

    private static readonly SearchValues<char> Lead = SearchValues.Create(" \t\r\n*:=：_#>");

    private static readonly HashSet<string> LeadIns = new(StringComparer.OrdinalIgnoreCase)
    {
        "therefore",
        "thus",
        "then",
        "hence",
        "so",
        "simply",
        "clearly",
        "just",
        "indeed",
        "exactly",
        "equal",
        "equals",
        "to",
        "given",
        "by",
        "found",
        "be",
        "option",
        "choice",
        "letter",
        "is",
        "the",
        "number",
        "value",
        "final",
        "answer",
        "of",
        "course",
        "integer",
        "still",
        "always",
        "that",
        "it",
        "we",
        "get",
        "have",
        "total",
        "as",
        "follows",
        "result",
        "precisely",
        "namely",
        "now",
        "finally",
        "only",
    };

    /// <summary>The rest of the line, or the next line with anything on it, and what follows up to a blank line.</summary>
    public static string Statement(string text, int from, int until)
    {
        string rest = text[from..Math.Min(until, from + MostCharacters)];
        int begin = rest.AsSpan().IndexOfAnyExcept(Lead) is >= 0 and var at ? at : rest.Length;
        int blank = rest.IndexOf("\n\n", begin, StringComparison.Ordinal);
        return blank < 0 ? rest : rest[..blank];
    }

    /// <summary>The piece at which the answer begins: after words that only lead to it, colons, line breaks and dashes.</summary>
    public static int Begin(ValueRunReader reader)
    {
        int at = 0;
        while (at < reader.Tokens.Count)
        {
            ProseToken token = reader.Tokens[at];
            ReadOnlySpan<char> text = reader.Text(at);
            bool skipped =
                token.Kind is ProseKind.Line or ProseKind.Joiner
                || (token.Kind == ProseKind.Relation && text is "=")
                || (token.Kind == ProseKind.Operator && text is "*" or "**" or "_")
                || (
                    token.Kind == ProseKind.Operator
                    && text is "-" or "\u2013"
                    && at + 1 < reader.Tokens.Count
                    && reader.Tokens[at + 1].Spaced
                )
                || (token.Kind == ProseKind.Other && text is "—" or "\"" or "“" or "#" or "`")
                || (token.Kind is ProseKind.Word && LeadIns.Contains(text.ToString()))
                || (
                    token.Kind == ProseKind.Letter
                    && text is "a"
                    && at + 1 < reader.Tokens.Count
                    && reader.Tokens[at + 1].Kind == ProseKind.Word
                    && LeadIns.Contains(reader.Text(at + 1).ToString())
                );
            if (!skipped)
            {
                break;
            }

            at++;
        }

        return at;
    }

    /// <summary>Whether a statement only remarks on the answer: "so our answer is consistent".</summary>
    public static bool IsRemark(string statement) => Remark().IsMatch(statement);

    [GeneratedRegex(
        @"^\s*(also |indeed |thus |therefore |now |in fact )*(consistent|correct|right|wrong|incorrect|verified|confirmed|reasonable|unique|valid|clear|found|obtained|given|obvious|as expected|as follows|expected|the same|above|below|in the|not (unique|clear|correct|right|consistent))\b",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Remark();
}
