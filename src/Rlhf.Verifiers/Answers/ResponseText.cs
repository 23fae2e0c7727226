using System.Text;
using System.Text.RegularExpressions;

namespace Rlhf.Verification.Answers;

/// <summary>A response without what only decorates it.</summary>
internal static partial class ResponseText
{
    private const string Fence = "```";

    /// <summary>
    /// The text without calculator notes, emphasis, programs, and quotations that speak of an answer. Line breaks stay.
    /// </summary>
    public static string Plain(string text) =>
        WithoutEmphasis(
            WithoutCode(
                Hope()
                    .Replace(
                        Quotation().Replace(CalculatorNote().Replace(text.Replace("\r\n", "\n", StringComparison.Ordinal), ""), " "),
                        ""
                    )
            )
        );

    // A block that names a language of programs is one; another may only set the answer apart.
    private static string WithoutCode(string text)
    {
        if (!text.Contains(Fence, StringComparison.Ordinal))
        {
            return text;
        }

        StringBuilder kept = new(text.Length);
        bool inside = false,
            program = false;
        foreach (string line in text.Split('\n'))
        {
            ReadOnlySpan<char> trimmed = line.AsSpan().Trim();
            if (trimmed.StartsWith(Fence))
            {
                inside = !inside;
                program = inside && trimmed.Trim('`').Trim() is { IsEmpty: false } language && !Plainly().IsMatch(language);
                continue;
            }

            if (!(inside && program))
            {
                kept.Append(line).Append('\n');
            }
        }

        return kept.ToString().TrimEnd('\n');
    }

    // **5**, *Answer*, __x__: marks around words, not signs between operands.
    private static string WithoutEmphasis(string text)
    {
        bool[] removed = new bool[text.Length];
        Dictionary<string, int> open = new(StringComparer.Ordinal);
        bool any = false;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n')
            {
                open.Clear();
                continue;
            }

            if (text[i] is not ('*' or '_'))
            {
                continue;
            }

            int end = i;
            while (end < text.Length && text[end] == text[i])
            {
                end++;
            }

            string mark = text[i..Math.Min(end, i + 4)];
            char before = i > 0 ? text[i - 1] : '\n',
                after = end < text.Length ? text[end] : '\n';
            bool opens = !char.IsWhiteSpace(after) && !char.IsLetterOrDigit(before) && before is not (')' or ']' or '}' or '\\' or '$'),
                closes = !char.IsWhiteSpace(before) && !char.IsLetterOrDigit(after) && after is not ('(' or '\\' or '{');
            if (closes && end - i <= 3 && open.Remove(mark, out int begin))
            {
                removed.AsSpan(begin, mark.Length).Fill(true);
                removed.AsSpan(i, mark.Length).Fill(true);
                any = true;
            }
            else if (opens && end - i <= 3)
            {
                open[mark] = i;
            }

            i = end - 1;
        }

        if (!any)
        {
            return text;
        }

        StringBuilder kept = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (!removed[i])
            {
                kept.Append(text[i]);
            }
        }

        return kept.ToString();
    }

    [GeneratedRegex("<<[^<>]*>>", RegexOptions.NonBacktracking)]
    private static partial Regex CalculatorNote();

    [GeneratedRegex(@"\.?\s*I hope (it|this) is correct\.?\s*$", RegexOptions.NonBacktracking)]
    private static partial Regex Hope();

    [GeneratedRegex(
        "[\"“][^\"“”\n]*\\banswers?\\b[^\"“”\n]*[\"”]",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Quotation();

    [GeneratedRegex(
        @"^(text|txt|plaintext|plain|latex|tex|math|markdown|md|answer|output|result)$",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase
    )]
    private static partial Regex Plainly();
}
