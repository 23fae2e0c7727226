using System.Globalization;
using System.Text;

namespace Rlhf.Verification.Equivalence;

/// <summary>Reads Unicode's signs as they look: <c>√2</c>, <c>x²</c>, <c>½</c>, <c>−3</c>, <c>１２</c>.</summary>
internal static class UnicodeText
{
    private const int MathLetters = 0x1D400;
    private const int MathGreek = 0x1D6A8;
    private const int MathDigits = 0x1D7CE;
    private const string Superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    private const string Subscripts = "₀₁₂₃₄₅₆₇₈₉";

    /// <summary>
    /// The text with signs of mathematics as LaTeX and other faces of digits and letters as plain ones, and without invisible characters at
    /// its ends; null for one that holds characters with no such look, or a number written in two faces.
    /// </summary>
    public static string? ToPlain(string text)
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
        int? face = null;
        for (int i = start; i < end; i++)
        {
            char c = text[i];
            int? before = face;
            face = DigitFace(text, i);
            if (before is not null && face is not null && face != before)
            {
                return null;
            }

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
                i + 1 < end
                && char.IsSurrogatePair(text, i)
                && char.ConvertToUtf32(c, text[i + 1]) is var point
                && MathSign(point) is { } sign
            )
            {
                mapped.Append(sign);
                i++;
            }
            else if (UnicodeSigns.Looks.TryGetValue(c, out string? look))
            {
                mapped.Append(look);
            }
            else if (char.IsLetter(c) || c is '€' or '£' or '¥' or '₹')
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

    // Plain, full-width, or one of the five faces of mathematical digits; null for what is no digit. No number is written in two of them.
    private static int? DigitFace(string text, int at) =>
        text[at] is >= '0' and <= '9' ? 0
        : text[at] is >= '０' and <= '９' ? 1
        : char.IsSurrogatePair(text, at) && char.ConvertToUtf32(text, at) is >= MathDigits and < MathDigits + 50 and var point
            ? 2 + (point - MathDigits) / 10
        : null;

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
}
