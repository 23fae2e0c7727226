namespace Rlhf.Tokenizers;

/// <summary>Cuts a text into the pieces that byte-pair merges stay within.</summary>
internal abstract class PreTokenizer
{
    /// <summary>The pieces in order.</summary>
    public abstract IEnumerable<string> Split(string text);
}

/// <summary>What becomes of the matches of a <see cref="SplitPreTokenizer"/>.</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}

/// <summary>One pre-tokenizer after the other.</summary>
internal sealed class SequencePreTokenizer(IReadOnlyList<PreTokenizer> parts) : PreTokenizer
{
    public override IEnumerable<string> Split(string text)
    {
        // One part after the other on the whole: were each to ask the one before it, their number would be a depth of calls.
        List<string> pieces = [text];
        foreach (PreTokenizer part in parts)
        {
            pieces = [.. pieces.SelectMany(part.Split)];
        }

        return pieces;
    }
}

/// <summary>Splits at the matches of a pattern.</summary>
/// <param name="pattern">The pattern.</param>
/// <param name="behavior">What becomes of the matches.</param>
/// <param name="invert">Whether what does not match counts as the matches.</param>
internal sealed class SplitPreTokenizer(CodePointRegex pattern, SplitBehavior behavior, bool invert) : PreTokenizer
{
    public override IEnumerable<string> Split(string text)
    {
        string carried = "";
        bool afterMatch = false;
        List<string> pieces = [];
        foreach ((int start, int end, bool matched) in Parts(text))
        {
            string part = text[start..end];
            bool isMatch = matched != invert;
            switch (behavior)
            {
                case SplitBehavior.Isolated:
                    pieces.Add(part);
                    break;
                case SplitBehavior.Removed when !isMatch:
                    pieces.Add(part);
                    break;
                case SplitBehavior.MergedWithPrevious when isMatch && !afterMatch && pieces.Count > 0:
                    pieces[^1] += part;
                    break;
                case SplitBehavior.Contiguous when isMatch && afterMatch:
                    pieces[^1] += part;
                    break;
                case SplitBehavior.MergedWithNext when isMatch:
                    if (carried.Length > 0)
                    {
                        pieces.Add(carried);
                    }

                    carried = part;
                    break;
                case SplitBehavior.MergedWithNext:
                    pieces.Add(carried + part);
                    carried = "";
                    break;
                case SplitBehavior.MergedWithPrevious or SplitBehavior.Contiguous:
                    pieces.Add(part);
                    break;
                default:
                    break;
            }

            afterMatch = isMatch;
        }

        if (carried.Length > 0)
        {
            pieces.Add(carried);
        }

        return pieces;
    }

    private IEnumerable<(int Start, int End, bool Matched)> Parts(string text)
    {
        int position = 0;
        foreach ((int start, int end) in pattern.Matches(text))
        {
            if (start > position)
            {
                yield return (position, start, false);
            }

            yield return (start, end, true);
            position = end;
        }

        if (position < text.Length)
        {
            yield return (position, text.Length, false);
        }
    }
}

/// <summary>GPT-2's own: an optional space before the text, and its pattern.</summary>
/// <param name="addPrefixSpace">Whether a text that does not begin with a space gets one.</param>
/// <param name="useRegex">Whether the pattern splits the text.</param>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useRegex) : PreTokenizer
{
    private static readonly SplitPreTokenizer Words = new(
        new(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"),
        SplitBehavior.Isolated,
        invert: false
    );

    public override IEnumerable<string> Split(string text)
    {
        string prefixed = addPrefixSpace && !text.StartsWith(' ') ? " " + text : text;
        return useRegex ? Words.Split(prefixed) : [prefixed];
    }
}
