using System.Text.RegularExpressions;

namespace Rlhf.Rewards.Verification;

/// <summary>Finds what a whole response gives as its answer.</summary>
internal static partial class FinalAnswer
{
    /// <summary>The answer's text; null where there is none.</summary>
    /// <param name="response">Any text.</param>
    /// <param name="markers">What a line with the answer may begin with.</param>
    /// <param name="lastValue">Whether the last formula or number counts where nothing is boxed or marked.</param>
    public static string? Find(string response, IReadOnlyList<string> markers, bool lastValue)
    {
        if (BoxedAnswer.Find(response) is { } boxed)
        {
            return boxed;
        }

        if (BoxedAnswer.IsCutOff(response))
        {
            return null;
        }

        string text = Hope().Replace(CalculatorNote().Replace(response, ""), "");
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        for (int i = lines.Length - 1; i >= 0; i--)
        {
            string line = lines[i].Trim('*', ' ');
            string? marker = markers.Where(m => line.StartsWith(m, StringComparison.OrdinalIgnoreCase)).MaxBy(m => m.Length);
            string? rest =
                AnswerIs().Matches(line).LastOrDefault() is { } said ? line[(said.Index + said.Length)..]
                : marker is not null ? line[marker.Length..]
                : null;
            if (rest?.Trim(' ', '\t', ':', '*').TrimEnd(' ', '\t', '.', '*') is { Length: > 0 } answer)
            {
                return WithoutClosingBold(
                    answer,
                    isOpen: lines[i].StartsWith("**", StringComparison.Ordinal)
                        || rest.TrimStart(' ', ':').StartsWith("**", StringComparison.Ordinal)
                );
            }
        }

        if (!lastValue)
        {
            return null;
        }

        Match formula = Formula().Matches(text).LastOrDefault() ?? Match.Empty;
        return formula.Success ? formula.Groups["formula"].Value : Number().Matches(text).LastOrDefault()?.Value;
    }

    // "**5** meters" has lost the marks before the 5; 2**3 has none.
    private static string WithoutClosingBold(string answer, bool isOpen)
    {
        int at = isOpen ? answer.IndexOf("** ", StringComparison.Ordinal) : -1;
        return at > 0 ? answer.Remove(at, 2) : answer;
    }

    [GeneratedRegex("<<[^<>]*>>", RegexOptions.NonBacktracking)]
    private static partial Regex CalculatorNote();

    [GeneratedRegex(@"\.\s*I hope it is correct\.?\s*$", RegexOptions.NonBacktracking)]
    private static partial Regex Hope();

    [GeneratedRegex(@"\banswer\s*(is|=|:)", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex AnswerIs();

    [GeneratedRegex(
        @"\$\$?(?<formula>[^$]+)\$|\\\((?<formula>.+?)\\\)|\\\[(?<formula>.+?)\\\]",
        RegexOptions.NonBacktracking | RegexOptions.Singleline
    )]
    private static partial Regex Formula();

    [GeneratedRegex(@"-?\$?\d[\d,]*(\.\d+)?([eE][-+]?\d{1,3})?%?", RegexOptions.NonBacktracking)]
    private static partial Regex Number();
}
