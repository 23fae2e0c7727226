using System.Text.RegularExpressions;
using Rlhf.Text;

namespace Rlhf.Judges;

/// <summary>Reads which of two responses a judge's reply prefers.</summary>
internal static partial class VerdictReader
{
    /// <summary>
    /// +1 for A, −1 for B, 0 for a tie: what the marks <c>[[A]]</c>, <c>[[B]]</c>, <c>[[C]]</c> and <c>[[Tie]]</c> outside thoughts say, in
    /// any case, with blanks and emphasis. Null where there is none, or two that differ.
    /// </summary>
    public static int? Read(string reply)
    {
        int[] verdicts =
        [
            .. Verdict()
                .Matches(Thoughts.Read(reply, ThoughtText.Exclude))
                .Select(m =>
                    m.Groups["mark"].Value switch
                    {
                        "A" or "a" => 1,
                        "B" or "b" => -1,
                        _ => 0,
                    }
                )
                .Distinct(),
        ];
        return verdicts is [var verdict] ? verdict : null;
    }

    [GeneratedRegex(
        @"\\?[\[［]\s{0,3}\\?[\[［][\s*_""'`]{0,6}((response|assistant|answer)\s)?(?<mark>[ABC]|tie)[\s*_""'`]{0,6}\\?[\]］]\s{0,3}\\?[\]］]",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Verdict();
}
