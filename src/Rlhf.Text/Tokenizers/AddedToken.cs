using System.Globalization;

namespace Rlhf.Tokenizers;

/// <summary>A token that is recognised in a text as a whole, before anything else looks at it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
/// <param name="IsSpecial">Whether it controls rather than says something.</param>
/// <param name="IsNormalized">Whether it is looked for in the normalised text.</param>
/// <param name="IsSingleWord">Whether it counts only between characters that belong to no word.</param>
/// <param name="StripsLeft">Whether it takes the white space before it.</param>
/// <param name="StripsRight">Whether it takes the white space after it.</param>
internal sealed record AddedToken(
    int Id,
    string Content,
    bool IsSpecial,
    bool IsNormalized,
    bool IsSingleWord,
    bool StripsLeft,
    bool StripsRight
);

/// <summary>Finds added tokens in a text: the leftmost first, of those at one place the longest.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly ILookup<char, (string Content, AddedToken Token)> _byFirst;
    private readonly System.Buffers.SearchValues<char> _first;

    /// <param name="tokens">The tokens, each with the text it is looked for by.</param>
    public AddedTokenMatcher(IEnumerable<(string Content, AddedToken Token)> tokens)
    {
        (string Content, AddedToken)[] all = [.. tokens.Where(t => t.Content.Length > 0).OrderByDescending(t => t.Content.Length)];
        _byFirst = all.ToLookup(t => t.Content[0]);
        _first = System.Buffers.SearchValues.Create([.. all.Select(t => t.Content[0]).Distinct()]);
    }

    /// <summary>The places of tokens, white space that they take included.</summary>
    /// <param name="text">The text.</param>
    /// <param name="specialAsText">Whether special tokens are passed over.</param>
    public IEnumerable<(int Start, int End, AddedToken Token)> Matches(string text, bool specialAsText)
    {
        int done = 0;
        for (int at = 0; at < text.Length; )
        {
            int next = text.AsSpan(at).IndexOfAny(_first);
            if (next < 0)
            {
                yield break;
            }

            at += next;
            AddedToken? found = null;
            string content = "";
            foreach ((string candidate, AddedToken token) in _byFirst[text[at]])
            {
                if (string.CompareOrdinal(text, at, candidate, 0, candidate.Length) == 0)
                {
                    (found, content) = (token, candidate);
                    break;
                }
            }

            if (found is null)
            {
                at++;
                continue;
            }

            (int start, int end) = (at, at + content.Length);
            at = end;
            if ((specialAsText && found.IsSpecial) || (found.IsSingleWord && (IsWord(text, start - 1) || IsWord(text, end))))
            {
                continue;
            }

            while (found.StripsLeft && start > done && char.IsWhiteSpace(text[start - 1]))
            {
                start--;
            }

            while (found.StripsRight && end < text.Length && char.IsWhiteSpace(text[end]))
            {
                end++;
            }

            yield return (start, end, found);
            done = at = end;
        }
    }

    // What \w is in the pattern of Hugging Face's library: letters, marks, digits, connectors and joiners.
    private static bool IsWord(string text, int at)
    {
        if (at < 0 || at >= text.Length)
        {
            return false;
        }

        int start = at > 0 && char.IsLowSurrogate(text[at]) && char.IsHighSurrogate(text[at - 1]) ? at - 1 : at;
        return text[at] is '\u200C' or '\u200D'
            || CharUnicodeInfo.GetUnicodeCategory(text, start)
                is UnicodeCategory.UppercaseLetter
                    or UnicodeCategory.LowercaseLetter
                    or UnicodeCategory.TitlecaseLetter
                    or UnicodeCategory.ModifierLetter
                    or UnicodeCategory.OtherLetter
                    or UnicodeCategory.LetterNumber
                    or UnicodeCategory.NonSpacingMark
                    or UnicodeCategory.SpacingCombiningMark
                    or UnicodeCategory.EnclosingMark
                    or UnicodeCategory.DecimalDigitNumber
                    or UnicodeCategory.ConnectorPunctuation;
    }
}
