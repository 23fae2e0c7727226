namespace Rlhf.Verification.Equivalence;

/// <summary>Cuts rows of tokens outside their brackets.</summary>
internal static class TokenSpans
{
    private const int MaxElements = 200;

    /// <summary>Places of the tokens outside all brackets that fit.</summary>
    public static List<int> Operators(ReadOnlySpan<MathToken> tokens, Func<MathToken, bool> fits)
    {
        List<int> places = [];
        int depth = 0;
        for (int i = 0; i < tokens.Length; i++)
        {
            depth += Depth(tokens[i]);
            if (depth == 0 && fits(tokens[i]))
            {
                places.Add(i);
            }
        }

        return places;
    }

    /// <summary>The place of the first token that fits; −1 where none does.</summary>
    public static int IndexOf(ReadOnlySpan<MathToken> tokens, Func<MathToken, bool> fits)
    {
        for (int i = 0; i < tokens.Length; i++)
        {
            if (fits(tokens[i]))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>1 for a bracket that opens, −1 for one that closes, 0 for anything else.</summary>
    public static int Depth(MathToken token) =>
        token.Kind == TokenKind.Symbol
            ? token.Text switch
            {
                "(" or "[" or "{" or "set{" or "<(" => 1,
                ")" or "]" or "}" or "set}" or ")>" => -1,
                _ => 0,
            }
        : token.IsCommand("begin") ? 1
        : token.IsCommand("end") ? -1
        : 0;

    /// <summary>How many brackets and environments stand within one another at most.</summary>
    public static int Nesting(List<MathToken> tokens)
    {
        int depth = 0,
            most = 0;
        foreach (MathToken token in tokens)
        {
            depth += Depth(token);
            most = Math.Max(most, depth);
        }

        return most;
    }

    /// <summary>What stands between the tokens outside all brackets that fit; null where there are too many.</summary>
    public static List<MathToken[]>? Split(ReadOnlySpan<MathToken> tokens, Func<MathToken, bool> fits)
    {
        List<int> places = Operators(tokens, fits);
        if (places.Count > MaxElements)
        {
            return null;
        }

        List<MathToken[]> parts = [];
        int start = 0;
        foreach (int place in places)
        {
            parts.Add(tokens[start..place].ToArray());
            start = place + 1;
        }

        parts.Add(tokens[start..].ToArray());
        return parts;
    }
}
