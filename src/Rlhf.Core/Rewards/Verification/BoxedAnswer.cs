using System.Text;

namespace Rlhf.Rewards.Verification;

/// <summary>Reads <c>\boxed{…}</c> and compares what it holds, lightly.</summary>
internal static class BoxedAnswer
{
    private static readonly string[] Commands = ["\\boxed", "\\fbox"];

    // What only spaces or sizes: it changes no meaning.
    private static readonly (string From, string To)[] Light =
    [
        ("\\left", ""),
        ("\\right", ""),
        ("\\!", ""),
        ("\\,", ""),
        ("\\;", ""),
        ("\\:", ""),
        ("{,}", ","),
        ("\\$", ""),
        ("\\%", ""),
        ("\\dfrac", "\\frac"),
        ("\\tfrac", "\\frac"),
    ];

    /// <summary>What the last boxed command holds; null where there is none, it is not closed, or it holds nothing.</summary>
    public static string? Find(string text)
    {
        ReadOnlySpan<char> before = text;
        for (int at = before.LastIndexOf('\\'); at >= 0; at = before.LastIndexOf('\\'))
        {
            ReadOnlySpan<char> here = text.AsSpan(at);
            foreach (string command in Commands)
            {
                ReadOnlySpan<char> after = here.StartsWith(command) ? here[command.Length..] : [];
                if (!after.IsEmpty && !char.IsAsciiLetter(after[0]))
                {
                    after = after.TrimStart(' ');
                    string? held = after.StartsWith("{") ? Braced(after[1..]) : Word(after);
                    return string.IsNullOrWhiteSpace(held) ? null : held.Trim();
                }
            }

            before = before[..at];
        }

        return null;
    }

    /// <summary>Whether the text ends within its last box.</summary>
    public static bool IsCutOff(string text) =>
        Commands.Any(command =>
            text.LastIndexOf(command + "{", StringComparison.Ordinal) is >= 0 and var at
            && Braced(text.AsSpan(at + command.Length + 1)) is null
        );

    /// <summary>Whether two answers are the same number, or the same text but for spacing.</summary>
    public static bool AreEqual(string answer, string reference)
    {
        (answer, reference) = (Normalize(answer), Normalize(reference));
        return Number(answer) is { } a && Number(reference) is { } b ? a == b : answer == reference;
    }

    private static string? Braced(ReadOnlySpan<char> text)
    {
        int depth = 1;
        for (int i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\':
                    i++; // an escaped brace is a character of the answer
                    break;
                case '{':
                    depth++;
                    break;
                case '}' when --depth == 0:
                    return text[..i].ToString();
            }
        }

        return null;
    }

    private static string Word(ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAny(" \t\r\n$");
        return (end < 0 ? text : text[..end]).TrimEnd(".,").ToString();
    }

    private static string Normalize(string text)
    {
        foreach ((string from, string to) in Light)
        {
            text = text.Replace(from, to, StringComparison.Ordinal);
        }

        text = text.Trim().Trim('$').Trim().TrimEnd('.');
        StringBuilder kept = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            // A space counts only where it keeps two words or numbers apart.
            if (!char.IsWhiteSpace(text[i]))
            {
                kept.Append(text[i]);
            }
            else if (kept.Length > 0 && char.IsLetterOrDigit(kept[^1]) && i + 1 < text.Length && char.IsLetterOrDigit(text[i + 1]))
            {
                kept.Append(' ');
            }
        }

        return kept.ToString();
    }

    private static ExactNumber? Number(string text)
    {
        const string Fraction = "\\frac{";
        bool negative = text.StartsWith('-');
        ReadOnlySpan<char> rest = negative ? text.AsSpan(1) : text;
        if (!rest.StartsWith(Fraction) || !rest.EndsWith("}"))
        {
            return NumberText.Parse(text);
        }

        rest = rest[Fraction.Length..^1];
        int between = rest.IndexOf("}{");
        ExactNumber? value =
            between >= 0 && NumberText.Parse(rest[..between]) is { } a && NumberText.Parse(rest[(between + 2)..]) is { } b
                ? ExactNumber.Apply('/', a, b)
                : null;
        return negative ? -value : value;
    }
}
