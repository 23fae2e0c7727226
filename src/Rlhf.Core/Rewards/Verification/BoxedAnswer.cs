using System.Text;

namespace Rlhf.Rewards.Verification;

/// <summary>A box in a text.</summary>
/// <param name="Text">What it holds; null for no answer.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="End">One past its last character.</param>
internal readonly record struct BoxedText(string? Text, int Start, int End);

/// <summary>Reads <c>\boxed{…}</c> and compares what it holds, lightly.</summary>
internal static class BoxedAnswer
{
    private static readonly string[] Commands = ["\\boxed", "\\fbox"];

    private const int MostJoined = 20;
    private const int MostBetween = 40;

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
    public static string? Find(string text) => Before(text, text.Length)?.Text;

    /// <summary>
    /// The last boxed command; null where there is none. Its text is null where it is not closed, holds nothing, is denied ("not
    /// <c>\boxed{5}</c>") or only asked ("<c>\boxed{5}</c>?"). Boxes with only a comma, "or" or "and" between them are one.
    /// </summary>
    public static BoxedText? Last(string text)
    {
        if (Before(text, text.Length) is not { } last)
        {
            return null;
        }

        BoxedText all = last;
        for (int i = 0; i < MostJoined && all.Text is not null && Before(text, all.Start) is { Text: { } held } before; i++)
        {
            if (before.End > all.Start || Joint(text.AsSpan(before.End..all.Start)) is not { } joint)
            {
                break;
            }

            all = new($"{held}{joint}{all.Text}", before.Start, last.End);
        }

        string after = text[last.End..Math.Min(text.Length, last.End + 4)].TrimStart(' ', '$', '\\', ')', ']', '*');
        return AnswerCues.Negates(text, all.Start) || after.StartsWith('?') ? all with { Text = null } : all;
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

    // The last box that begins before a place.
    private static BoxedText? Before(string text, int end)
    {
        ReadOnlySpan<char> before = text.AsSpan(0, end);
        for (int at = before.LastIndexOf('\\'); at >= 0; at = before.LastIndexOf('\\'))
        {
            ReadOnlySpan<char> here = text.AsSpan(at);
            foreach (string command in Commands)
            {
                ReadOnlySpan<char> after = here.StartsWith(command) ? here[command.Length..] : [];
                if (!after.IsEmpty && !char.IsAsciiLetter(after[0]))
                {
                    ReadOnlySpan<char> braces = after.TrimStart();
                    after = braces.StartsWith("{") ? braces : after.TrimStart(' ');
                    string? held = after.StartsWith("{") ? Braced(after[1..]) : Word(after);
                    int close = text.Length - after.Length + (held is null ? 0 : held.Length + (after.StartsWith("{") ? 2 : 0));
                    return new(string.IsNullOrWhiteSpace(held) ? null : held.Trim(), at, close);
                }
            }

            before = before[..at];
        }

        return null;
    }

    // What joins two boxes: nothing but a comma or a word, and the delimiters of formulas.
    private static string? Joint(ReadOnlySpan<char> between)
    {
        if (between.Length > MostBetween)
        {
            return null;
        }

        string bare = between.ToString();
        foreach (string mark in (string[])["\\text", "\\quad", "\\(", "\\)", "\\[", "\\]", "$", "{", "}", "\\,", "\\;", "*", "x=", "x ="])
        {
            bare = bare.Replace(mark, "", StringComparison.Ordinal);
        }

        return bare.Trim().ToLowerInvariant() switch
        {
            "," or ";" or "and" or ", and" => ", ",
            "or" or ", or" => " or ",
            _ => null,
        };
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
