namespace Rlhf.Verification.Equivalence;

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
        else if (
            rest.Count > 1
            && rest[0].IsWords
            && Units.Normalize([rest[0].Text.Trim('.', ' ')]) is { } named
            && Units.IsCurrency(named)
        )
        {
            // USD 18, Rs. 18
            unit = named;
            rest.RemoveRange(0, rest.Count > 2 && rest[1].Is(".") ? 2 : 1);
        }
        else if (rest[^1].Kind == TokenKind.Currency)
        {
            unit = rest[^1].Text;
            rest.RemoveAt(rest.Count - 1);
        }

        rest = WithoutBrackets(rest);
        int nouns = UnitStart(rest);
        if (nouns < rest.Count)
        {
            if (UnitWords(rest[nouns..]) is not { Count: > 0 } words)
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
                    "c" or "f" or "k" => Units.Normalize([Units.Degree, unit]),
                    _ => null,
                },
                percent
            );
        }

        return new(value, unit, percent);
    }

    // 9 (apples)
    private static List<MathToken> WithoutBrackets(List<MathToken> tokens)
    {
        int open = tokens.FindLastIndex(t => t.Is("("));
        return
            open > 0
            && tokens[^1].Is(")")
            && tokens.Count - open > 2
            && tokens[open - 1].Kind is TokenKind.Number
            && tokens[(open + 1)..^1].TrueForAll(t => t.IsWords && (t.Kind == TokenKind.Text || Units.IsWord(t.Text)))
            ? [.. tokens[..open], .. tokens[(open + 1)..^1].Select(t => t with { Kind = TokenKind.Text })]
            : tokens;
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
                || (token.AfterSpace && afterNumber && IsCompound(tokens, i))
                || (token.IsCommand("frac") && afterNumber && i + 2 < tokens.Count && tokens[i + 2].Kind == TokenKind.Text)
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

    // m/s, kg·m/s^2, m s^{-1}: abbreviations alone, of which one divides.
    private static bool IsCompound(List<MathToken> tokens, int start)
    {
        bool divides = false;
        for (int i = start; i < tokens.Count; i++)
        {
            MathToken token = tokens[i];
            divides |= token.Is("/") || (token.Is("-") && i > start);
            bool isUnit = token.Kind is TokenKind.Letter or TokenKind.Word && Units.IsAbbreviation(token.Text);
            bool joins =
                token.Is("/")
                || token.Is("^")
                || token.Is("{")
                || token.Is("}")
                || token.Is("*")
                || token.IsCommand("cdot")
                || (
                    (token.Is("-") || token.Kind == TokenKind.Number)
                    && (tokens[i - 1].Is("^") || tokens[i - 1].Is("{") || tokens[i - 1].Is("-"))
                );
            if (!isUnit && (!joins || i == start))
            {
                return false;
            }
        }

        return divides;
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
                int at = i + 1;
                at += at < tokens.Count && tokens[at].Is("{") ? 1 : 0;
                bool negative = at < tokens.Count && tokens[at].Is("-");
                at += negative ? 1 : 0;
                if (at >= tokens.Count || tokens[at].Kind != TokenKind.Number)
                {
                    return null;
                }

                words.Add((negative ? "^-" : "^") + tokens[at].Text);
                i = at + (at + 1 < tokens.Count && tokens[at + 1].Is("}") ? 1 : 0);
            }
            else if (token.IsCommand("frac"))
            {
                int close = tokens.FindIndex(i, t => t.Is("}"));
                if (
                    close < 0
                    || tokens.Count(t => t.IsCommand("frac")) > 1
                    || UnitWords(tokens[(i + 1)..close]) is not { } top
                    || UnitWords(tokens[(close + 1)..]) is not { } bottom
                )
                {
                    return null;
                }

                words.AddRange([.. top, "/", .. bottom]);
                break;
            }
            else if (!token.Is(".") && !token.Is("{") && !token.Is("}") && !token.Is("*") && !token.IsCommand("cdot"))
            {
                return null;
            }
        }

        // One letter is rather a factor than a unit.
        const int MostWords = 8;
        return
            words.Count <= MostWords
            && (words is not [{ Length: 1 } letter] || Units.IsSymbol(letter))
            && words.All(w => w[0] is '^' or '/' || (w.All(char.IsLetter) && !Units.IsRemark(w)))
            ? words
            : null;
    }
}
