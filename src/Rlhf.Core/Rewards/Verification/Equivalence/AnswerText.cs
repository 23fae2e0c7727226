using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Rlhf.Rewards.Verification.Equivalence;

/// <summary>Brings an answer's text into one form before it is read: plain LaTeX in ASCII, without what only wraps it.</summary>
internal static partial class AnswerText
{
    private const int MaxLength = 12_000;
    private const int MathLetters = 0x1D400;
    private const int MathGreek = 0x1D6A8;
    private const int MathDigits = 0x1D7CE;
    private const string Superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    private const string Subscripts = "₀₁₂₃₄₅₆₇₈₉";

    // What a reader takes for the same thing.
    private static readonly Dictionary<char, string> Looks = new()
    {
        ['−'] = "-",
        ['–'] = "-",
        ['‐'] = "-",
        ['‑'] = "-",
        ['×'] = "\\times ",
        ['÷'] = "\\div ",
        ['·'] = "\\cdot ",
        ['⋅'] = "\\cdot ",
        ['∙'] = "\\cdot ",
        ['∗'] = "*",
        ['π'] = "\\pi ",
        ['∞'] = "\\infty ",
        ['°'] = "^\\circ ",
        ['º'] = "^\\circ ",
        ['±'] = "\\pm ",
        ['∓'] = "\\mp ",
        ['≠'] = "\\ne ",
        ['≤'] = "\\le ",
        ['≥'] = "\\ge ",
        ['⩽'] = "\\le ",
        ['⩾'] = "\\ge ",
        ['∪'] = "\\cup ",
        ['∩'] = "\\cap ",
        ['∖'] = "\\setminus ",
        ['∈'] = "\\in ",
        ['∅'] = "\\emptyset ",
        ['ℝ'] = "\\mathbb{R}",
        ['⟨'] = "\\langle ",
        ['⟩'] = "\\rangle ",
        ['⌊'] = "\\lfloor ",
        ['⌋'] = "\\rfloor ",
        ['⌈'] = "\\lceil ",
        ['⌉'] = "\\rceil ",
        ['½'] = "\\frac{1}{2}",
        ['⅓'] = "\\frac{1}{3}",
        ['⅔'] = "\\frac{2}{3}",
        ['¼'] = "\\frac{1}{4}",
        ['¾'] = "\\frac{3}{4}",
        ['⅕'] = "\\frac{1}{5}",
        ['⅖'] = "\\frac{2}{5}",
        ['⅗'] = "\\frac{3}{5}",
        ['⅘'] = "\\frac{4}{5}",
        ['⅙'] = "\\frac{1}{6}",
        ['⅚'] = "\\frac{5}{6}",
        ['⅛'] = "\\frac{1}{8}",
        ['⅜'] = "\\frac{3}{8}",
        ['⅝'] = "\\frac{5}{8}",
        ['⅞'] = "\\frac{7}{8}",
        ['‘'] = "'",
        ['’'] = "'",
        ['⁄'] = "/",
        ['∕'] = "/",
        ['θ'] = "\\theta ",
        ['－'] = "-",
        ['／'] = "/",
        ['．'] = ".",
        ['％'] = "\\%",
        ['［'] = "[",
        ['］'] = "]",
        ['｜'] = "|",
        ['＜'] = "<",
        ['＞'] = ">",
        ['；'] = ";",
        ['：'] = ":",
        ['α'] = "\\alpha ",
        ['β'] = "\\beta ",
        ['λ'] = "\\lambda ",
        ['＋'] = "+",
        ['，'] = ",",
        ['（'] = "(",
        ['）'] = ")",
        ['＝'] = "=",
        ['¢'] = "\\text{cents}",
    };

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

    // Programs, markup and commands: whatever they hold, they are no answer. "1<x\\le 2 or x>3" is no tag.
    [GeneratedRegex(
        """["`\\]?__|==|!=|&&|\|\||=>|->|<!|</?[a-zA-Z][a-zA-Z\d]*(\s+[a-zA-Z-]+\s*=[^<>]*)?\s*/?>|%s|\$\{|::|\bimport\b|\blambda\b|\bexec\b|\beval\b|\bprint\b|\bopen\b|\bsystem\b|\bselect\b|\breturn\b|\bdef\b|\belse\b|["`#@]|~~|^~|'[^'\s]*'|'\s*;|\bignore\b|\bgold\b""",
        RegexOptions.IgnoreCase | RegexOptions.NonBacktracking
    )]
    private static partial Regex Code();

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
        if (text.Length > MaxLength || Map(text) is not { } mapped)
        {
            return null;
        }

        string clean = Unwrap(Bold().Replace(mapped, "$1"));
        if (clean.Length == 0 || Code().IsMatch(clean))
        {
            return null;
        }

        clean = Dots().Replace(LatexSeparator().Replace(clean, ""), "\\overline{$1$2$3$4$5}");
        return UnionLetter().Replace(TimesLetter().Replace(clean, "\\times "), "\\cup ");
    }

    private static string? Map(string text)
    {
        int start = 0,
            end = text.Length;
        while (start < end && IsInvisible(text[start]))
        {
            start++;
        }

        // The space of "\ " stays.
        while (end > start && IsInvisible(text[end - 1]) && !(end - start > 1 && text[end - 1] == ' ' && text[end - 2] == '\\'))
        {
            end--;
        }

        StringBuilder mapped = new(end - start);
        for (int i = start; i < end; i++)
        {
            char c = text[i];
            if (c is >= ' ' and <= '~')
            {
                mapped.Append(c);
            }
            else if (char.IsWhiteSpace(c) && c is not ('\v' or '\f' or '\u0085' or '\u2028' or '\u2029'))
            {
                mapped.Append(' ');
            }
            else if (c is '√' or '∛' or '∜')
            {
                i = AppendRoot(text, i, end, mapped);
            }
            else if (Superscripts.Contains(c, StringComparison.Ordinal) || c is '⁻')
            {
                i = AppendScript(text, i, end, '^', Superscripts, mapped);
            }
            else if (Subscripts.Contains(c, StringComparison.Ordinal))
            {
                i = AppendScript(text, i, end, '_', Subscripts, mapped);
            }
            else if (c is >= '０' and <= '９')
            {
                mapped.Append((char)(c - '０' + '0'));
            }
            else if (
                char.IsHighSurrogate(c)
                && i + 1 < end
                && char.ConvertToUtf32(c, text[i + 1]) is var point
                && MathSign(point) is { } sign
            )
            {
                mapped.Append(sign);
                i++;
            }
            else if (Looks.TryGetValue(c, out string? look))
            {
                mapped.Append(look);
            }
            else if (char.IsLetter(c) || c is '€' or '£' or '¥')
            {
                mapped.Append(c);
            }
            else
            {
                return null;
            }
        }

        return mapped.ToString();
    }

    // The letters, π and the digits of mathematics, whatever their face.
    private static string? MathSign(int point)
    {
        const int Latin = 52,
            Greek = 58,
            Pi = 41;
        return point switch
        {
            >= MathDigits and < MathDigits + 50 => ((char)('0' + (point - MathDigits) % 10)).ToString(),
            >= MathLetters and < MathLetters + 13 * Latin when (point - MathLetters) % Latin is var at => (
                (char)(at < Latin / 2 ? 'A' + at : 'a' + at - Latin / 2)
            ).ToString(),
            >= MathGreek and < MathDigits - 2 when (point - MathGreek) % Greek == Pi => "\\pi ",
            _ => null,
        };
    }

    private static bool IsInvisible(char c) =>
        char.IsWhiteSpace(c) || c is '\u200B' or '\u200C' or '\u200D' or '\u200E' or (>= '\u2060' and <= '\u2064') or '\uFEFF' or '\u00AD';

    // √ takes the number or letter after it; before a bracket it is the function.
    private static int AppendRoot(string text, int at, int end, StringBuilder mapped)
    {
        int stop = at + 1;
        while (stop < end && (char.IsAsciiDigit(text[stop]) || text[stop] == '.'))
        {
            stop++;
        }

        if (stop == at + 1 && stop < end && char.IsAsciiLetter(text[stop]))
        {
            stop++;
        }

        if (text[at] != '√')
        {
            // The function of a bracket has no index in plain text.
            mapped.Append(stop == at + 1 ? "?" : $"\\sqrt[{(text[at] == '∛' ? 3 : 4)}]{{{text[(at + 1)..stop]}}}");
            return stop - 1;
        }

        mapped.Append(stop == at + 1 ? " sqrt" : $"\\sqrt{{{text[(at + 1)..stop]}}}");
        return stop - 1;
    }

    private static int AppendScript(string text, int at, int end, char mark, string digits, StringBuilder mapped)
    {
        mapped.Append(mark).Append('{');
        int i = at;
        for (; i < end && (digits.Contains(text[i], StringComparison.Ordinal) || text[i] == '⁻'); i++)
        {
            mapped.Append(text[i] == '⁻' ? "-" : digits.IndexOf(text[i], StringComparison.Ordinal).ToString(CultureInfo.InvariantCulture));
        }

        mapped.Append('}');
        return i - 1;
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
