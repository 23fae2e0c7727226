using System.Globalization;

namespace Rlhf.Verification.Equivalence;

/// <summary>Units, counted nouns and currencies in their usual form.</summary>
internal static class Units
{
    public const string Degree = "degree";

    private static readonly Dictionary<string, string> Usual = new(StringComparer.Ordinal)
    {
        ["in"] = "inch",
        ["inches"] = "inch",
        ["ft"] = "foot",
        ["feet"] = "foot",
        ["cm"] = "centimeter",
        ["centimetre"] = "centimeter",
        ["m"] = "meter",
        ["metre"] = "meter",
        ["km"] = "kilometer",
        ["kilometre"] = "kilometer",
        ["mm"] = "millimeter",
        ["millimetre"] = "millimeter",
        ["mi"] = "mile",
        ["yd"] = "yard",
        ["g"] = "gram",
        ["kg"] = "kilogram",
        ["mg"] = "milligram",
        ["lb"] = "pound",
        ["lbs"] = "pound",
        ["oz"] = "ounce",
        ["s"] = "second",
        ["sec"] = "second",
        ["min"] = "minute",
        ["h"] = "hour",
        ["hr"] = "hour",
        ["hrs"] = "hour",
        ["l"] = "liter",
        ["litre"] = "liter",
        ["ml"] = "milliliter",
        ["dollar"] = "$",
        ["usd"] = "$",
        ["buck"] = "$",
        ["cent"] = "cent",
        ["euro"] = "€",
        ["eur"] = "€",
        ["gbp"] = "£",
        ["yen"] = "¥",
        ["rs"] = "₹",
        ["inr"] = "₹",
        ["rupee"] = "₹",
        ["deg"] = Degree,
        ["pct"] = "percent",
        ["gal"] = "gallon",
        ["people"] = "person",
        ["children"] = "child",
        ["mph"] = "mile/hour",
        ["kph"] = "kilometer/hour",
        ["kmh"] = "kilometer/hour",
        ["celsius"] = "c",
        ["fahrenheit"] = "f",
        ["kelvin"] = "k",
        ["men"] = "man",
        ["women"] = "woman",
    };

    private static readonly HashSet<string> Abbreviations = [.. Usual.Keys];

    private static readonly HashSet<string> Names =
    [
        .. Usual.Values.Where(v => v.Length > 1),
        "day",
        "week",
        "month",
        "year",
        "hour",
        "minute",
        "percent",
        "degree",
    ];

    private static readonly Dictionary<string, (long Numerator, long Denominator)> Scales = new(StringComparer.Ordinal)
    {
        ["ten"] = (10, 1),
        ["dozen"] = (12, 1),
        ["hundred"] = (100, 1),
        ["thousand"] = (1_000, 1),
        ["million"] = (1_000_000, 1),
        ["billion"] = (1_000_000_000, 1),
        ["trillion"] = (1_000_000_000_000, 1),
        ["halves"] = (1, 2),
        ["third"] = (1, 3),
        ["quarter"] = (1, 4),
        ["fourth"] = (1, 4),
        ["fifth"] = (1, 5),
        ["sixth"] = (1, 6),
        ["seventh"] = (1, 7),
        ["eighth"] = (1, 8),
        ["ninth"] = (1, 9),
        ["tenth"] = (1, 10),
        ["hundredth"] = (1, 100),
        ["thousandth"] = (1, 1_000),
        ["millionth"] = (1, 1_000_000),
    };

    /// <summary>The number that a word after a number multiplies it by, as in "3 thousand" or "3 fourths"; null for another word.</summary>
    public static Number? Scale(string word)
    {
        string lower = Lower(word);
        return Scales.TryGetValue(lower, out var scale) || (lower.EndsWith('s') && Scales.TryGetValue(lower[..^1], out scale))
            ? new(ExactNumber.FromFraction(scale.Numerator, scale.Denominator)!.Value)
            : null;
    }

    /// <summary>Whether a word is a unit, a currency or a scale by itself, and no noun that is counted.</summary>
    public static bool IsKnown(string word) =>
        Lower(word) is var lower
        && (
            Abbreviations.Contains(lower)
            || Names.Contains(lower)
            || (lower.EndsWith('s') && Names.Contains(lower[..^1]))
            || Scale(lower) is not null
        )
        && lower is not ("people" or "children" or "men" or "women");

    /// <summary>Whether a plain word after a number is surely no product of letters.</summary>
    public static bool IsWord(string word) =>
        word.Length >= 4
        || (word.Length > 1 && Abbreviations.Contains(Lower(word)))
        || Lower(word) is "sq" or "cu" or "day" or "box" or "way" or "car" or "cup" or "pen" or "egg" or "per";

    /// <summary>Whether a word after a number judges it, or makes a rank of it, rather than counts.</summary>
    public static bool IsRemark(string word) =>
        Lower(word)
            is "correct"
                or "yes"
                or "ok"
                or "okay"
                or "valid"
                or "accept"
                or "accepted"
                or "pass"
                or "passed"
                or "hopefully"
                or "presumably"
                or "apparently"
                or "supposedly"
                or "allegedly"
                or "st"
                or "nd"
                or "rd"
                or "th";

    /// <summary>Whether a letter after a number and a space is a unit.</summary>
    public static bool IsLetter(string letter) => letter is "m" or "g" or "s" or "h" or "L";

    /// <summary>Whether a unit is money.</summary>
    public static bool IsCurrency(string unit) => unit is "$" or "€" or "£" or "¥" or "₹";

    /// <summary>Whether two units are the same, or one says what the other's money is paid for.</summary>
    public static bool Agree(string a, string b) =>
        a == b || (a, b) is ("£", "pound") or ("pound", "£") || (a.StartsWith('$') && b.StartsWith('$') && (a == "$" || b == "$"));

    /// <summary>Whether a letter alone in \text{…} is a unit's symbol.</summary>
    public static bool IsSymbol(string letter) => "mgshlLdJNWVACFK/".Contains(letter, StringComparison.Ordinal);

    /// <summary>
    /// The unit in its usual form: lower case, singular, written out, each part once with its power, those that divide after a slash; null
    /// for no unit.
    /// </summary>
    public static string? Normalize(IEnumerable<string> words)
    {
        SortedDictionary<string, int> powers = new(StringComparer.Ordinal);
        string? last = null;
        int power = 1,
            sign = 1,
            lastSign = 1;
        foreach (string word in words)
        {
            switch (Lower(word))
            {
                case "square" or "sq":
                    power = 2;
                    break;
                case "cubic" or "cu":
                    power = 3;
                    break;
                case "of" or "the" or "a" or "an" or "each" or "old" or ".":
                    break;
                case "per" or "/":
                    sign = -1;
                    break;
                case ['^', .. var exponent]:
                    if (last is null || !int.TryParse(exponent, out int times))
                    {
                        return null;
                    }

                    powers[last] += lastSign * (times - 1);
                    break;
                case { } unit:
                    foreach ((string part, int each) in Parts(Singular(unit)))
                    {
                        powers[part] = powers.GetValueOrDefault(part) + sign * each * power;
                        (last, lastSign) = (part, sign);
                    }

                    (power, sign) = (1, 1);
                    break;
            }
        }

        string normal = Product(powers, 1) + (powers.Values.Any(p => p < 0) ? "/" + Product(powers, -1) : "");
        return normal.Length == 0 ? null : normal;

        static string Product(SortedDictionary<string, int> powers, int sign) =>
            string.Join(
                '·',
                powers
                    .Where(p => p.Value * sign > 0)
                    .Select(p => p.Value * sign == 1 ? p.Key : string.Create(CultureInfo.InvariantCulture, $"{p.Key}^{p.Value * sign}"))
            );
    }

    /// <summary>Whether a word or letter is a unit's usual abbreviation.</summary>
    public static bool IsAbbreviation(string word) => Abbreviations.Contains(word) || (word.Length == 1 && IsSymbol(word));

    // mile/hour is a mile by an hour.
    private static IEnumerable<(string Part, int Power)> Parts(string unit) => unit.Split('/').Select((part, i) => (part, i == 0 ? 1 : -1));

    private static string Singular(string word)
    {
        if (Usual.TryGetValue(word, out string? usual))
        {
            return usual;
        }

        string one = word.EndsWith('s') && !word.EndsWith("ss", StringComparison.Ordinal) && word.Length > 3 ? word[..^1] : word;
        return Usual.GetValueOrDefault(one, one);
    }

    private static string Lower(string word) => word.ToLowerInvariant();
}
