namespace Rlhf.Verification.Equivalence;

/// <summary>Finds numbers in texts.</summary>
internal static class NumberText
{
    private const char MinusSign = '\u2212';

    /// <summary>Where an unsigned decimal that starts here ends (<c>1,234.5</c>, <c>.5</c>); the start itself where none does.</summary>
    /// <remarks>A comma belongs to a number only as a thousands separator, a point only before a digit.</remarks>
    public static int EndOfDecimal(ReadOnlySpan<char> text, int start)
    {
        int at = EndOfDigits(text, start);
        if (at > start && at - start <= 3)
        {
            while (at < text.Length && text[at] == ',' && EndOfDigits(text, at + 1) == at + 4)
            {
                at += 4;
            }
        }

        return at < text.Length && text[at] == '.' && EndOfDigits(text, at + 1) is var end && end > at + 1 ? end : at;
    }

    /// <summary>The text as one number, if it is nothing else: sign, <c>$</c>, decimal or fraction, <c>%</c> or a final point.</summary>
    public static ExactNumber? Parse(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        bool negative = TakeSign(ref text);
        if (text.StartsWith("$"))
        {
            text = text[1..];
            negative |= TakeSign(ref text);
        }

        text = text.TrimEnd(".").TrimEnd("%").TrimEnd();
        int end = EndOfFraction(text, 0);
        return end > 0 && end == text.Length ? Value(text, negative) : null;
    }

    /// <summary>The last number of a text, whatever stands around it; false where there is none.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="value">Its value; null where it is too long or divides by 0.</param>
    public static bool TryFindLast(ReadOnlySpan<char> text, out ExactNumber? value)
    {
        int start = -1,
            end = -1;
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]) || (text[i] == '.' && (i == 0 || !(text[i - 1] == '.' || char.IsLetterOrDigit(text[i - 1])))))
            {
                int stop = EndOfFraction(text, i);
                if (stop > i)
                {
                    (start, end) = (i, stop);
                    i = stop - 1;
                }
            }
        }

        value = start < 0 ? null : Value(text[start..end], IsNegative(text[..start]));
        return start >= 0;
    }

    private static int EndOfFraction(ReadOnlySpan<char> text, int start)
    {
        int end = EndOfDecimal(text, start);
        return end > start && end < text.Length && text[end] == '/' && EndOfDecimal(text, end + 1) is var last && last > end + 1
            ? last
            : end;
    }

    private static ExactNumber? Value(ReadOnlySpan<char> unsigned, bool negative)
    {
        int slash = unsigned.IndexOf('/');
        ExactNumber? value = ExactNumber.FromDigits(slash < 0 ? unsigned : unsigned[..slash]);
        if (slash >= 0)
        {
            value = value is { } a && ExactNumber.FromDigits(unsigned[(slash + 1)..]) is { } b ? ExactNumber.Apply('/', a, b) : null;
        }

        return negative ? -value : value;
    }

    // A minus sign is the number's own unless it ties it to a letter, a number or a bracket before it: "= -3", "-$3", but not "16-3", "10
    // to-3".
    private static bool IsNegative(ReadOnlySpan<char> before)
    {
        before = before.EndsWith("$") ? before[..^1].TrimEnd("\\") : before;
        return before.Length > 0
            && before[^1] is '-' or MinusSign
            && (before.Length == 1 || !(char.IsLetterOrDigit(before[^2]) || before[^2] is ')' or ']' or '}' or '%' or '-'));
    }

    private static bool TakeSign(ref ReadOnlySpan<char> text)
    {
        bool negative = text.Length > 0 && text[0] is '-' or MinusSign;
        text = text.Length > 0 && text[0] is '-' or '+' or MinusSign ? text[1..] : text;
        return negative;
    }

    private static int EndOfDigits(ReadOnlySpan<char> text, int start)
    {
        int at = Math.Min(start, text.Length);
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return at;
    }
}
