namespace Rlhf.Rewards.Verification.Equivalence;

/// <summary>Reads an expression with a currency before it, or a unit, percent sign or noun after it.</summary>
internal static class ValueReader
{
    /// <summary>The value; null where the tokens are none.</summary>
    public static ValueAnswer? Read(ReadOnlySpan<MathToken> tokens)
    {
        List<MathToken> rest = [.. tokens];
        string? unit = null;
        Number? scale = null;
        bool percent = false,
            negative = rest.Count > 1 && rest[0].Is("-") && rest[1].Kind == TokenKind.Currency;
        if (rest[negative ? 1 : 0].Kind == TokenKind.Currency)
        {
            unit = rest[negative ? 1 : 0].Text;
            rest.RemoveAt(negative ? 1 : 0);
        }
        else if (rest.Count > 1 && rest[0].IsWords && Units.Normalize([rest[0].Text]) is "$" or "€" or "£" or "¥")
        {
            // USD 18
            unit = Units.Normalize([rest[0].Text]);
            rest.RemoveAt(0);
        }
        else if (rest[^1].Kind == TokenKind.Currency)
        {
            unit = rest[^1].Text;
            rest.RemoveAt(rest.Count - 1);
        }

        int nouns = UnitStart(rest);
        if (nouns < rest.Count)
        {
            if (UnitWords(rest[nouns..]) is not { } words)
            {
                return null;
            }

            if (Units.Scale(words[0]) is { } tenths)
            {
                scale = tenths;
                words.RemoveAt(0);
            }

            // Of a percentage only what it is of follows: "25% of the total".
            if (rest[nouns - 1].Is("%") && words is not ["of", ..])
            {
                return null;
            }

            string? after = Units.Normalize(words);
            if (after is null && words.Exists(w => w != "each"))
            {
                return null;
            }

            percent = after == "percent";
            if (!percent && after is not null)
            {
                // \$5 per hour
                after = unit is not null && after.StartsWith('/') ? unit + after : after;
                if (unit is not null && !Units.Agree(unit, after))
                {
                    return null;
                }

                unit = after;
            }

            rest.RemoveRange(nouns, rest.Count - nouns);
        }

        if (rest.Count > 0 && rest[^1].Is("%"))
        {
            percent = true;
            rest.RemoveAt(rest.Count - 1);
        }

        // The sign belongs to the last number alone.
        if (percent && TokenSpans.Operators(rest.ToArray(), t => t.Is("+") || t.Is("-")).Exists(at => at > 0))
        {
            return null;
        }

        if (rest.Count == 0)
        {
            return null;
        }

        if (Infinity(tokens) is { } infinite)
        {
            return new(infinite);
        }

        if (ExpressionParser.Read(rest) is not { } value)
        {
            return null;
        }

        value = scale is null ? value : new Operation(OperationName.Multiply, value, scale);
        if (value is Operation { Name: OperationName.Multiply, Arguments: [var angle, Symbol { Name: ExpressionParser.Degree }] })
        {
            return new(
                angle,
                unit switch
                {
                    null or Units.Degree => Units.Degree,
                    "c" or "f" or "k" => Units.Degree + unit,
                    _ => null,
                },
                percent
            );
        }

        return new(value, unit, percent);
    }

    private static Expression? Infinity(ReadOnlySpan<MathToken> tokens) =>
        tokens.Length > 2
            ? null
            : string.Join(' ', tokens.ToArray().Select(t => t.Text.ToLowerInvariant())) switch
            {
                "infinity" or "positive infinity" => new Constant(ConstantName.Infinity),
                "negative infinity" or "minus infinity" or "- infinity" => new Operation(
                    OperationName.Negate,
                    new Constant(ConstantName.Infinity)
                ),
                _ => null,
            };

    // The first token of the noun at the end; the count where there is none.
    private static int UnitStart(List<MathToken> tokens)
    {
        for (int i = 1; i < tokens.Count; i++)
        {
            MathToken token = tokens[i];
            bool afterNumber =
                tokens[i - 1].Kind == TokenKind.Number
                || tokens[i - 1].Is("}")
                || tokens[i - 1].Is(")")
                || tokens[i - 1].Is("%")
                || tokens[i - 1].IsCommand("pi");
            if (
                token.Kind == TokenKind.Text
                || (token.Kind == TokenKind.Word && tokens[i - 1].Is("%"))
                || (
                    token.Kind == TokenKind.Word
                    && token.AfterSpace
                    && afterNumber
                    && Units.IsWord(token.Text)
                    && token.Text is not ("sqrt" or "pi")
                )
                || (
                    token.Kind == TokenKind.Word
                    && tokens[i - 1].Kind == TokenKind.Number
                    && Units.IsWord(token.Text)
                    && token.Text.Length == 2
                )
                || (
                    token.Kind == TokenKind.Letter
                    && token.Text is "C" or "F"
                    && (tokens[i - 1].IsCommand("circ") || (i > 1 && tokens[i - 2].IsCommand("circ")))
                )
                || (
                    token.Kind == TokenKind.Letter
                    && token.AfterSpace
                    && i == 1
                    && tokens[0].Kind == TokenKind.Number
                    && Units.IsLetter(token.Text)
                    && (tokens.Count == 2 || tokens[2].Is("^"))
                )
            )
            {
                return i;
            }
        }

        return tokens.Count;
    }

    private static List<string>? UnitWords(List<MathToken> tokens)
    {
        List<string> words = [];
        for (int i = 0; i < tokens.Count; i++)
        {
            MathToken token = tokens[i];
            if (token.IsWords || token.Kind == TokenKind.Letter)
            {
                words.AddRange(
                    token
                        .Text.Split([' ', '.'], StringSplitOptions.RemoveEmptyEntries)
                        .SelectMany(w => w.Replace("/", " / ", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                );
            }
            else if (token.Is("/"))
            {
                words.Add("/");
            }
            else if (token.Is("^"))
            {
                bool braces = i + 3 < tokens.Count && tokens[i + 1].Is("{") && tokens[i + 3].Is("}");
                int at = i + (braces ? 2 : 1);
                if (at >= tokens.Count || tokens[at].Kind != TokenKind.Number)
                {
                    return null;
                }

                words.Add("^" + tokens[at].Text);
                i = at + (braces ? 1 : 0);
            }
            else if (!token.Is(".") && !token.Is("{") && !token.Is("}"))
            {
                return null;
            }
        }

        // One letter is rather a factor than a unit.
        const int MostWords = 6;
        return
            words.Count <= MostWords
            && (words is not [{ Length: 1 } letter] || Units.IsSymbol(letter))
            && words.All(w => w[0] is '^' or '/' || (w.All(char.IsLetter) && !Units.IsRemark(w)))
            ? words
            : null;
    }
}
