using System.Text;
using Rlhf.Text;
using Rlhf.Verification.Equivalence;

namespace Rlhf.Verification.Answers;

/// <summary>Reads <c>\boxed{…}</c> and compares what it holds, lightly.</summary>
internal static class BoxedAnswer
{
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

    /// <summary>
    /// The last boxed command; null where there is none. Its text is null where it is not closed, holds nothing, is denied ("not
    /// <c>\boxed{5}</c>") or only asked ("<c>\boxed{5}</c>?"). Boxes with only a comma, "or" or "and" between them are one.
    /// </summary>
    public static BoxedText? Last(string text)
    {
        if (BoxedText.LastBefore(text, text.Length) is not { } last)
        {
            return null;
        }

        BoxedText all = last;
        for (int i = 0; i < MostJoined && all.Text is not null && BoxedText.LastBefore(text, all.Start) is { Text: { } held } before; i++)
        {
            if (before.End > all.Start || Joint(text.AsSpan(before.End..all.Start)) is not { } joint)
            {
                break;
            }

            all = new($"{held}{joint}{all.Text}", before.Start, last.End);
        }

        string after = text[last.End..Math.Min(text.Length, last.End + 4)].TrimStart(' ', '$', '\\', ')', ']', '*');
        return AnswerCues.Negates(text, all.Start) || after.StartsWith('?') ? new(null, all.Start, all.End) : all;
    }

    /// <summary>Whether two answers are the same number, or the same text but for spacing.</summary>
    public static bool AreEqual(string answer, string reference)
    {
        (answer, reference) = (Normalize(answer), Normalize(reference));
        return Number(answer) is { } a && Number(reference) is { } b ? a == b : answer == reference;
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
