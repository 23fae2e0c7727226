namespace Rlhf.Verification.Equivalence;

/// <content>Sums and products.</content>
internal sealed partial class ExpressionParser
{
    private Expression? Sum()
    {
        if (++_depth > MaxDepth)
        {
            return null;
        }

        Expression? sum = Signed(first: true);
        List<Expression> terms = sum is null ? [] : [sum];
        bool goesOn = false;
        while (sum is not null && Next is { } token && (token.Is("+") || token.Is("-") || token.IsCommand("pm") || token.IsCommand("mp")))
        {
            // 1 + 2 + … + n: what is left out depends on every term that is written, in their order.
            if (token.Is("+") && _at + 1 < _tokens.Count && _tokens[_at + 1].IsCommand("ldots"))
            {
                (_at, goesOn) = (_at + 2, true);
                terms.Add(Ellipsis);
                continue;
            }

            if (Signed(first: false) is { } term)
            {
                terms.Add(term);
                sum = new Operation(OperationName.Add, sum, term);
            }
            else
            {
                sum = null;
            }
        }

        _depth--;
        return sum is not null && goesOn ? Uncomputed("…+", [.. terms]) : sum;
    }

    // Any row of signs, then a product.
    private Expression? Signed(bool first)
    {
        bool negative = false,
            both = false,
            any = first;
        for (; Next is { } token; _at++, any = true)
        {
            if (token.Is("-"))
            {
                negative = !negative;
            }
            else if (token.IsCommand("pm") || token.IsCommand("mp"))
            {
                negative ^= token.Text == "mp";
                both = true;
            }
            else if (!token.Is("+"))
            {
                break;
            }
        }

        if (!any || Product() is not { } product)
        {
            return null;
        }

        product = both ? new Operation(OperationName.Multiply, new Symbol(Expression.PlusMinus), product) : product;
        return !negative ? product
            : product is Number number ? new Number(-number.Value, number.Decimals)
            : new Operation(OperationName.Negate, product);
    }

    private Expression? Product()
    {
        Expression? product = Powered();
        List<Expression> written = product is null ? [] : [product];
        bool goesOn = false;
        while (product is not null && Next is { } token)
        {
            if (token.IsCommand("ldots"))
            {
                // 1·2⋯n
                (_at, goesOn) = (_at + 1, true);
                TakeTimes();
                product = Powered();
                written.AddRange(product is null ? [] : [Ellipsis, product]);
                continue;
            }

            // The sign before the dots says no more than they do.
            if (_at + 1 < _tokens.Count && _tokens[_at + 1].IsCommand("ldots") && TakeTimes())
            {
                continue;
            }

            bool divides = token.Is("/") || token.IsCommand("div");
            if (divides || token.Is("*") || token.IsCommand("times") || token.IsCommand("cdot") || token.IsCommand("bmod"))
            {
                _at++;
                bool negative = false;
                while (Next is { } sign && (sign.Is("-") || sign.Is("+")))
                {
                    negative ^= sign.Is("-");
                    _at++;
                }

                if (Powered() is not { } factor)
                {
                    return null;
                }

                factor = negative ? new Operation(OperationName.Negate, factor) : factor;
                written.Add(factor);
                product = new Operation(
                    divides ? OperationName.Divide
                        : token.IsCommand("bmod") ? OperationName.Modulo
                        : OperationName.Multiply,
                    product,
                    factor
                );
            }
            else if (BeginsFactor(token))
            {
                if (Powered() is not { } next)
                {
                    return null;
                }

                written.Add(next);
                product = new Operation(OperationName.Multiply, product, next);
            }
            else
            {
                break;
            }
        }

        return product is not null && goesOn ? Uncomputed("…·", [.. written]) : product;
    }

    private bool TakeTimes() => Take("*") || TakeCommand("cdot") || TakeCommand("times");

    // What may follow a factor without a sign: not a number, unless the factor ended with a bracket or factorial or, as in 2^a 3^b, it is
    // a power itself.
    private bool BeginsFactor(MathToken token) =>
        token.Kind switch
        {
            TokenKind.Letter or TokenKind.Word => true,
            TokenKind.Text => _words,
            TokenKind.Number => _at > 0
                && (
                    _tokens[_at - 1].Is(")")
                    || _tokens[_at - 1].Is("!")
                    || (
                        token.AfterSpace
                        && _at + 1 < _tokens.Count
                        && _tokens[_at + 1].Is("^")
                        && (_tokens[_at - 1].Is("}") || (_at > 1 && _tokens[_at - 2].Is("^")))
                    )
                ),
            TokenKind.Command => !MathCommands.NoLetters.Contains(token.Text) || MathCommands.Factors.Contains(token.Text),
            TokenKind.Symbol => token.Text is "(" or "{" or "[" || (token.Text == "|" && _bars == 0),
            _ => false,
        };
}
