using System.Text.RegularExpressions;

namespace Rlhf.Verification.Equivalence;

/// <summary>Brings an answer's text into one form before it is read: plain LaTeX in ASCII, without what only wraps it.</summary>
internal static partial class AnswerText
{
    private const int MaxLength = 12_000;

    private static readonly string[] OuterCommands =
    [
        "\\boxed",
        "\\fbox",
        "\\displaystyle",
        "\\textstyle",
        "\\large",
        "\\Large",
        "\\bf",
        "\\rm",
    ];

    // Programs, markup and commands: whatever they hold, they are no answer. "1<x\\le 2 or x>3" is no tag, "rate of return" no statement.
    [GeneratedRegex(
        """["`\\]?__|==|!=|&&|\|\||=>|->|<!|</?[a-zA-Z][a-zA-Z\d]*(\s+[a-zA-Z-]+\s*=[^<>]*)?\s*/?>|%s|\$\{|::|(^|[;:])\s*(import|from)\s+\w|(^|[^\\\w])lambda\b[\w\s,]*:|\b(exec|eval|print|open|system)\(|\bselect\b.*\bfrom\b|\\def\b|\bdef\s+\w+\(|["`#@]|~~|^~|(^|[^\w)])'[^'\s]+'|'\s*;""",
        RegexOptions.IgnoreCase | RegexOptions.NonBacktracking
    )]
    private static partial Regex Code();

    // An arrow between spaces is a reaction's or an implication's.
    [GeneratedRegex(@"(?<=[^\s-]) (?:->|=>|-->) (?=\S)")]
    private static partial Regex Arrow();

    // \ce{H2O}: a digit after a letter is an index.
    [GeneratedRegex(@"\\ce\s*\{([^{}]*)\}")]
    private static partial Regex Chemistry();

    [GeneratedRegex(@"(?<=[A-Za-z)\]])(\d+)")]
    private static partial Regex Index();

    [GeneratedRegex("""^(?:'[\p{L} ]+'|"[\p{L} ]+")$""")]
    private static partial Regex Quoted();

    // 7:30 a.m.
    [GeneratedRegex(@"(?<![a-zA-Z])([aApP])\.\s?[mM]\b\.?")]
    private static partial Regex HalfOfDay();

    [GeneratedRegex(@"(?<![a-zA-Z])per\s+cents?\b", RegexOptions.IgnoreCase)]
    private static partial Regex PerCent();

    // 30^\circ 15' 20'': an angle in degrees, minutes and seconds.
    [GeneratedRegex(
        @"(?<![\d.])(\d+)\s*\^\s*(?:\{\s*\\circ\s*\}|\\circ)\s*(\d+(?:\.\d+)?)\s*(?:'|\^\s*(?:\{\s*\\prime\s*\}|\\prime))(?:\s*(\d+(?:\.\d+)?)\s*(?:''|\^\s*\{\s*\\prime\s*\\prime\s*\}))?"
    )]
    private static partial Regex Angle();

    [GeneratedRegex(@"(?<=\d)\s*(\{,\}|\\[,!;: ]|, ?\\!|\{\\,\})\s*(?=\d{3}(?!\d))")]
    private static partial Regex LatexSeparator();

    // 0.1\dot{2}3\dot{4}: the dots are the ends of the bar.
    [GeneratedRegex(@"\\dot ?(?:\{(\d)\}|(\d))(?:(\d*)\\dot ?(?:\{(\d)\}|(\d)))?")]
    private static partial Regex Dots();

    // "4 x 5", "1.5x10^4": between numbers the letter is the sign.
    [GeneratedRegex(@"(?<=\d)(?: [xX] (?=\d)| ?[xX] ?(?=10 ?\^))")]
    private static partial Regex TimesLetter();

    // "(1,2)U(3,4)": between brackets the letter is the sign.
    [GeneratedRegex(@"(?<=[\)\]]) ?U ?(?=[\(\[])")]
    private static partial Regex UnionLetter();

    // Markdown's bold words within a line; x**2**3 has no spaces around.
    [GeneratedRegex(@"(?<![^\s(])\*\*(?=[^\s*])([^*]+)(?<=\S)\*\*(?![^\s.,:;)])")]
    private static partial Regex Bold();

    /// <summary>The text in its plain form; null for what can be no answer: too long, code or markup, characters that deceive.</summary>
    public static string? Clean(string text)
    {
        if (text.Length > MaxLength || UnicodeText.ToPlain(text) is not { } mapped)
        {
            return null;
        }

        string clean = Arrow().Replace(Unwrap(Bold().Replace(mapped, "$1")), " \\to ");
        clean = Chemistry().Replace(clean, m => Index().Replace(m.Groups[1].Value, "_{$1}"));
        clean = Quoted().IsMatch(clean) ? clean[1..^1] : clean;
        if (clean.Length == 0 || Code().IsMatch(clean))
        {
            return null;
        }

        clean = Dots().Replace(LatexSeparator().Replace(clean, ""), "\\overline{$1$2$3$4$5}");
        clean = PerCent().Replace(HalfOfDay().Replace(clean, "$1m"), "percent");
        clean = Angle()
            .Replace(clean, m => $"({m.Groups[1]}+{m.Groups[2]}/60{(m.Groups[3].Success ? $"+{m.Groups[3]}/3600" : "")})^\\circ");
        return UnionLetter().Replace(TimesLetter().Replace(clean, "\\times "), "\\cup ");
    }

    // Takes off what stands around the whole: spaces, full stops, bold marks, delimiters of mathematics, boxes.
    private static string Unwrap(string text)
    {
        for (int length = -1; length != text.Length; )
        {
            length = text.Length;
            text = TrimSpaces(text);
            text = text.EndsWith('.') && !text.EndsWith("..", StringComparison.Ordinal) ? text[..^1] : text;
            text =
                Inside(text, "**", "**")
                ?? Inside(text, "`", "`")
                ?? Inside(text, "$$", "$$")
                ?? Inside(text, "$", "$")
                ?? Inside(text, "\\(", "\\)")
                ?? Inside(text, "\\[", "\\]")
                ?? text;
            foreach (string command in OuterCommands)
            {
                if (
                    text.StartsWith(command, StringComparison.Ordinal)
                    && !(text.Length > command.Length && char.IsAsciiLetter(text[command.Length]))
                )
                {
                    string rest = text[command.Length..].TrimStart();
                    text = InBraces(rest) ?? (command is "\\boxed" or "\\fbox" ? text : rest);
                }
            }
        }

        return text;
    }

    private static string TrimSpaces(string text)
    {
        for (int length = -1; length != text.Length; )
        {
            length = text.Length;
            text =
                text.EndsWith("\\ ", StringComparison.Ordinal) && !text.EndsWith("\\\\ ", StringComparison.Ordinal)
                    ? text[..^2].Trim()
                    : text.Trim();
            foreach (string space in (string[])["\\,", "\\;", "\\:", "\\!", "\\ ", "\\quad", "\\qquad", "~"])
            {
                // A tilde before a number may also say "about".
                text = space != "~" && text.StartsWith(space, StringComparison.Ordinal) ? text[space.Length..] : text;
                text =
                    text.EndsWith(space, StringComparison.Ordinal) && !text.EndsWith("\\" + space, StringComparison.Ordinal)
                        ? text[..^space.Length]
                        : text;
            }
        }

        return text;
    }

    private static string? Inside(string text, string open, string close) =>
        text.Length >= open.Length + close.Length
        && text.StartsWith(open, StringComparison.Ordinal)
        && text.EndsWith(close, StringComparison.Ordinal)
        && !text[open.Length..^close.Length].Contains(open, StringComparison.Ordinal)
            ? text[open.Length..^close.Length]
            : null;

    // What a pair of braces around the whole text holds.
    private static string? InBraces(string text)
    {
        if (!text.StartsWith('{') || !text.EndsWith('}'))
        {
            return null;
        }

        int depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth +=
                text[i] == '{' ? 1
                : text[i] == '}' ? -1
                : 0;
            if (depth == 0 && i < text.Length - 1)
            {
                return null;
            }
        }

        return depth == 0 ? text[1..^1] : null;
    }
}
