using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Rlhf.Json;

namespace Rlhf.Tokenizers;

/// <summary>A regular expression that sees code points, as the tokenizers' own libraries do, where .NET's sees UTF-16 units.</summary>
/// <remarks>
/// A text with characters outside the basic plane is matched as a shadow of itself in which each of them is replaced by one unit of the
/// same
/// category, so that classes such as <c>\p{L}</c> and quantifiers count it once.
/// </remarks>
internal sealed class CodePointRegex
{
    // One match of a sensible pattern takes microseconds, whatever the text.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);
    private readonly Regex _regex;

    /// <exception cref="ArgumentException">.NET cannot read the pattern.</exception>
    public CodePointRegex(string pattern)
        : this(new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.Compiled)) { }

    private CodePointRegex(Regex regex) => _regex = regex;

    /// <summary>
    /// A pattern from a file. It runs on the engine that takes time in proportion to the text; where it needs more than that engine can
    /// do (looking ahead, as GPT-2's does), a match that backtracks for too long is an error. Both engines find the same matches.
    /// </summary>
    /// <exception cref="ArgumentException">.NET cannot read the pattern.</exception>
    public static CodePointRegex Foreign(string pattern)
    {
        try
        {
            return new(new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking));
        }
        catch (NotSupportedException)
        {
            return new(new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.Compiled, Longest));
        }
    }

    /// <summary>All matches from left to right, as ranges of the text; empty ones are left out.</summary>
    public IEnumerable<(int Start, int End)> Matches(string text)
    {
        bool basic = !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF');
        (string shadow, int[]? starts) = basic ? (text, null) : Shadow(text);
        for (Match match = Next(null, shadow); match.Success; match = Next(match, shadow))
        {
            if (match.Length > 0)
            {
                yield return starts is null
                    ? (match.Index, match.Index + match.Length)
                    : (starts[match.Index], starts[match.Index + match.Length]);
            }
        }
    }

    private Match Next(Match? before, string text)
    {
        try
        {
            return before is null ? _regex.Match(text) : before.NextMatch();
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new TokenizerFormatException(
                $"The tokenizer's pattern '{JsonText.Quote(_regex.ToString())}' took more than {Longest.TotalSeconds:0} s for one match, since it backtracks without bound. Use a tokenizer.json with another pattern.",
                e
            );
        }
    }

    private static (string Shadow, int[] Starts) Shadow(string text)
    {
        StringBuilder shadow = new(text.Length);
        List<int> starts = new(text.Length + 1);
        for (int i = 0; i < text.Length; )
        {
            starts.Add(i);
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                shadow.Append(StandIn(CharUnicodeInfo.GetUnicodeCategory(char.ConvertToUtf32(text[i], text[i + 1]))));
                i += 2;
            }
            else
            {
                shadow.Append(text[i]);
                i++;
            }
        }

        starts.Add(text.Length);
        return (shadow.ToString(), [.. starts]);
    }

    // One character of each category that occurs outside the basic plane, from scripts that no pattern names.
    private static char StandIn(UnicodeCategory category) =>
        category switch
        {
            UnicodeCategory.UppercaseLetter => '\u10A0',
            UnicodeCategory.LowercaseLetter => '\u2D00',
            UnicodeCategory.ModifierLetter => '\uA015',
            UnicodeCategory.OtherLetter or UnicodeCategory.TitlecaseLetter => '\uA000',
            UnicodeCategory.NonSpacingMark => '\u1AB0',
            UnicodeCategory.SpacingCombiningMark => '\u1B04',
            UnicodeCategory.EnclosingMark => '\u0488',
            UnicodeCategory.DecimalDigitNumber => '\u1B50',
            UnicodeCategory.LetterNumber => '\u16EE',
            UnicodeCategory.OtherNumber => '\u2CFD',
            UnicodeCategory.ConnectorPunctuation => '\u2040',
            UnicodeCategory.DashPunctuation => '\u2E17',
            UnicodeCategory.OpenPunctuation => '\u2045',
            UnicodeCategory.ClosePunctuation => '\u2046',
            UnicodeCategory.OtherPunctuation => '\u1B5A',
            UnicodeCategory.MathSymbol => '\u2A00',
            UnicodeCategory.CurrencySymbol => '\u20A0',
            UnicodeCategory.ModifierSymbol => '\uA700',
            UnicodeCategory.OtherSymbol => '\u2800',
            UnicodeCategory.Format => '\u2061',
            UnicodeCategory.PrivateUse => '\uE000',
            _ => '\u0378',
        };
}
