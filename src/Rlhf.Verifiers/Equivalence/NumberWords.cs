namespace Rlhf.Verification.Equivalence;

/// <summary>Whole numbers in words: zero to ninety-nine.</summary>
internal static class NumberWords
{
    private static readonly string[] Small =
    [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];

    private static readonly string[] Tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

    /// <summary>The number; null for any other text.</summary>
    public static int? Read(string text)
    {
        string[] words = text.ToLowerInvariant().Split([' ', '-'], StringSplitOptions.RemoveEmptyEntries);
        int small = words.Length > 0 ? Array.IndexOf(Small, words[^1]) : -1,
            tens = words.Length > 0 ? Array.IndexOf(Tens, words[0]) : -1;
        return words.Length switch
        {
            1 when small >= 0 => small,
            1 when tens >= 0 => 10 * (tens + 2),
            2 when tens >= 0 && small is > 0 and < 10 => 10 * (tens + 2) + small,
            _ => null,
        };
    }
}
