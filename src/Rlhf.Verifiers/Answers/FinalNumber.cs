using System.Globalization;
using System.Text.RegularExpressions;
using Rlhf.Verification.Equivalence;

namespace Rlhf.Verification.Answers;

/// <summary>Reads an answer that is one number and, perhaps, what it counts.</summary>
internal static partial class FinalNumber
{
    /// <summary>
    /// The number of an answer such as <c>x = -\frac{3}{4} \text{ m}</c>, <c>2 2/3</c>, <c>1.5 × 10^3</c> or <c>$12 an hour</c>; null for
    /// anything else: a number within an expression is none.
    /// </summary>
    public static ExactNumber? Read(string answer)
    {
        string text = ValueText.Result(answer.Trim().TrimEnd('.'), keepEquation: false);
        if (text.Count(c => c == '=') > 1)
        {
            return null;
        }

        text = text[(text.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim().Trim('$').Trim();
        text = Fraction().Replace(text.Replace("\\$", "$", StringComparison.Ordinal), " ${sign}${inner}${top}/${bottom}").Trim();
        Match match = Number().Match(text);
        if (!match.Success || match.Groups["words"].Value is var words && !IsCounted(words))
        {
            return null;
        }

        string number = match.Groups["number"].Value;
        ExactNumber? value =
            match.Groups["whole"].Success ? Mixed(match.Groups["whole"].ValueSpan, match.Groups["part"].ValueSpan)
            : match.Groups["exponent"].Success ? Scaled(match.Groups["digits"].ValueSpan, match.Groups["exponent"].Value)
            : NumberText.Parse(number);
        foreach (string word in AnswerWords.Words(words))
        {
            value = value is { } v && Units.Scale(word) is { } scale ? ExactNumber.Apply('*', v, scale.Value) : value;
        }

        return match.Groups["sign"].Success && match.Groups["sign"].ValueSpan is not "+" ? -value : value;
    }

    // What a number counts changes nothing unless it denies, bounds or lists it.
    private static bool IsCounted(string words) =>
        !AnswerWords
            .Words(words.Replace('\\', ' ').Replace('{', ' ').Replace('}', ' '))
            .Any(w => AnswerWords.Denials.Contains(w) || w is "or" or "and" or "to" or "st" or "nd" or "rd" or "th");

    private static ExactNumber? Mixed(ReadOnlySpan<char> whole, ReadOnlySpan<char> part) =>
        NumberText.Parse(whole) is { } a && NumberText.Parse(part) is { } b ? ExactNumber.Apply('+', a, b) : null;

    private static ExactNumber? Scaled(ReadOnlySpan<char> digits, string exponent) =>
        NumberText.Parse(digits) is { } number
        && ExactNumber.FromInteger(10) is { } ten
        && int.TryParse(exponent.Replace('\u2212', '-'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int power)
        && ExactNumber.Power(ten, power) is { } scale
            ? ExactNumber.Apply('*', number, scale)
            : null;

    [GeneratedRegex(
        @"(?<sign>[-\u2212]?) ?\\[dt]?frac ?\{ ?(?<inner>[-\u2212]?)(?<top>[0-9][0-9.,]*) ?\} ?\{ ?(?<bottom>[0-9][0-9.,]*) ?\}",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant
    )]
    private static partial Regex Fraction();

    // Sign, number and the words after it.
    [GeneratedRegex(
        @"^(?<sign>[-+\u2212])? ?(\$|€|£|¥)? ?(?<number>(?<whole>[0-9]+)[ \u00a0]+(?<part>[0-9]+/[0-9]+)|(?<digits>[-\u2212]?[0-9][0-9,]*(\.[0-9]+)?)([eE]| ?(\\times|\\cdot|×|\*) ?10 ?\^ ?[{(]? ?)(?<exponent>[-+\u2212]?[0-9]{1,4})[})]?|[-\u2212]?\.?[0-9][0-9,.]*(/[0-9][0-9,.]*)?) ?(\\?%|\\?°|\^\{?\\circ\}?|\$|€|£|¥)?(?<words>([ ~]|\\ |\\,|\\;)*(\\(text|mathrm|mbox|textrm)\{[^{}]*\}|\p{L}[^0-9=<>+*^\\]*)?)(\^\{?[23]\}?|[²³])?$",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant
    )]
    private static partial Regex Number();
}
