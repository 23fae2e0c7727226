using System.Globalization;

namespace Rlhf.Verification.Equivalence;

/// <summary>Reads digits in a base: <c>52_8</c>, <c>(52)_8</c>, <c>52_{eight}</c>, "52 (in base 8)".</summary>
internal static class BaseReader
{
    private const int MostTokens = 6;

    /// <summary>The digits and their base; null where the tokens are none.</summary>
    public static BaseAnswer? Read(ReadOnlySpan<MathToken> tokens)
    {
        // (52)_8 and {52}_8
        if (
            tokens.Length > 4
            && ((tokens[0].Is("(") && tokens[2].Is(")")) || (tokens[0].Is("{") && tokens[2].Is("}")))
            && tokens[3].Is("_")
        )
        {
            return Read([tokens[1], .. tokens[3..]]);
        }

        if (
            tokens.Length <= MostTokens
            && tokens.ToArray().Where(t => !t.Is("(") && !t.Is(")") && !(t.IsWords && t.Text == "in")).ToArray()
                is [{ Kind: TokenKind.Number } digits, { IsWords: true, Text: "base" or "in base" }, var radix]
        )
        {
            return Read([digits, new(TokenKind.Symbol, "_", false), radix]);
        }

        if (
            tokens.Length is not (3 or 5)
            || tokens[0].Kind != TokenKind.Number
            || !tokens[0].Text.All(char.IsAsciiDigit)
            || !tokens[1].Is("_")
        )
        {
            return null;
        }

        MathToken named = tokens[tokens.Length == 3 ? 2 : 3];
        string name = NumberWords.Read(named.Text)?.ToString(CultureInfo.InvariantCulture) ?? named.Text;
        return name.All(char.IsAsciiDigit) ? new(tokens[0].Text.TrimStart('0'), name) : null;
    }
}
