namespace Rlhf.Rewards.Verification.Equivalence;

/// <summary>Units, counted nouns and currencies in their usual form.</summary>
internal static class Units
{
    public const string Degree = "degree";

    private static readonly Dictionary<string, string> Usual = new(StringComparer.Ordinal)
    {
        ["in"] = "inch", ["inches"] = "inch", ["ft"] = "foot", ["feet"] = "foot", ["cm"] = "centimeter", ["centimetre"] = "centimeter", ["m"] = "meter", ["metre"] = "meter", ["km"] = "kilometer",
        ["kilometre"] = "kilometer", ["mm"] = "millimeter", ["millimetre"] = "millimeter", ["mi"] = "mile", ["yd"] = "yard", ["g"] = "gram", ["kg"] = "kilogram", ["mg"] = "milligram", ["lb"] = "pound", ["lbs"] = "pound",
        ["oz"] = "ounce", ["s"] = "second", ["sec"] = "second", ["min"] = "minute", ["h"] = "hour", ["hr"] = "hour", ["hrs"] = "hour", ["l"] = "liter", ["litre"] = "liter", ["ml"] = "milliliter",
        ["dollar"] = "$", ["usd"] = "$", ["buck"] = "$", ["cent"] = "cent", ["euro"] = "€", ["eur"] = "€", ["gbp"] = "£", ["yen"] = "¥", ["deg"] = Degree, ["pct"] = "percent", ["gal"] = "gallon", ["people"] = "person", ["children"] = "child",
        ["mph"] = "mile/hour", ["men"] = "man", ["women"] = "woman",
    };

    private static readonly HashSet<string> Abbreviations = [.. Usual.Keys];

    /// <summary>Whether a plain word after a number is surely no product of letters.</summary>
    public static bool IsWord(string word) => word.Length >= 4 || (word.Length > 1 && Abbreviations.Contains(Lower(word))) || Lower(word) is "day" or "box" or "way" or "car" or "cup" or "pen" or "egg";

    /// <summary>Whether a letter after a number and a space is a unit.</summary>
    public static bool IsLetter(string letter) => letter is "m" or "g" or "s" or "h" or "L";

    /// <summary>The unit in its usual form: lower case, singular, written out, powers as ^n; null for no unit.</summary>
    public static string? Normalize(IEnumerable<string> words)
    {
        List<string> units = [];
        string power = "";
        foreach (string word in words)
        {
            switch (Lower(word))
            {
                case "square" or "sq":
                    power = "^2";
                    break;
                case "cubic":
                    power = "^3";
                    break;
                case "of" or "the" or "a" or ".":
                    break;
                case "per":
                    units.Add("/");
                    break;
                case ['^', ..] or "/":
                    units.Add(word);
                    break;
                case { } unit:
                    units.Add(Singular(unit) + power);
                    power = "";
                    break;
            }
        }

        return units.Count == 0 ? null : string.Concat(units);
    }

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
