namespace Rlhf.Rewards.Verification.Equivalence;

/// <summary>
/// Reads one expression from tokens. Null wherever something is missing or left over: an expression is read whole or not at all.
/// </summary>
internal sealed partial class ExpressionParser
{
    private const int MaxDepth = 400;

    private readonly List<MathToken> _tokens;
    private int _at;
    private int _depth;
    private int _bars;

    private ExpressionParser(IEnumerable<MathToken> tokens) => _tokens = [.. tokens];

    private MathToken? Next => _at < _tokens.Count ? _tokens[_at] : null;

    /// <summary>The expression; null where the tokens are none.</summary>
    public static Expression? Read(IEnumerable<MathToken> tokens)
    {
        ExpressionParser parser = new(tokens);
        if (parser._tokens is [{ Kind: TokenKind.Word } word] && IsShortWord(word.Text))
        {
            return null;
        }

        return parser.Grouped() is { } expression && parser._at == parser._tokens.Count ? expression : null;
    }

    // Alone they are words, not the products of their letters: their order counts.
    private static bool IsShortWord(string text) =>
        text.Length == 3
        && (
            (char.IsUpper(text[0]) && char.IsLower(text[1]) && char.IsLower(text[2]))
            || text
                is "yes"
                    or "odd"
                    or "red"
                    or "one"
                    or "two"
                    or "six"
                    or "ten"
                    or "all"
                    or "any"
                    or "day"
                    or "sun"
                    or "cat"
                    or "dog"
                    or "car"
        );

    private static Number Whole(int value) => new(ExactNumber.FromInteger(value)!.Value);

    private bool Take(string symbol)
    {
        if (Next is { } token && token.Is(symbol))
        {
            _at++;
            return true;
        }

        return false;
    }

    private bool TakeCommand(string name)
    {
        if (Next is { } token && token.IsCommand(name))
        {
            _at++;
            return true;
        }

        return false;
    }

    // What stands in a pair of braces: a sum, or two of them with \over or \choose between.
    private Expression? Grouped()
    {
        Expression? value = Sum();
        if (value is null || !(Next is { Kind: TokenKind.Command, Text: "over" or "choose" } between))
        {
            return value;
        }

        _at++;
        return Sum() is { } bottom
            ? new Operation(between.Text == "over" ? OperationName.Divide : OperationName.Binomial, value, bottom)
            : null;
    }

    private Expression? Sum()
    {
        if (++_depth > MaxDepth)
        {
            return null;
        }

        Expression? sum = Signed(first: true);
        while (sum is not null && Next is { } token && (token.Is("+") || token.Is("-") || token.IsCommand("pm") || token.IsCommand("mp")))
        {
            sum = Signed(first: false) is { } term ? new Operation(OperationName.Add, sum, term) : null;
        }

        _depth--;
        return sum;
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
        while (product is not null && Next is { } token)
        {
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
                product = Powered() is { } factor ? new Operation(OperationName.Multiply, product, factor) : null;
            }
            else
            {
                break;
            }
        }

        return product;
    }

    // What may follow a factor without a sign: not a number, unless the factor ended with a bracket or factorial or, as in 2^a 3^b, it is
    // a power itself.
    private bool BeginsFactor(MathToken token) =>
        token.Kind switch
        {
            TokenKind.Letter or TokenKind.Word => true,
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
            TokenKind.Command => !MathCommands.NoLetters.Contains(token.Text)
                || token.Text is "frac" or "sqrt" or "binom" or "gcd" or "max" or "min",
            TokenKind.Symbol => token.Text is "(" or "{" or "[" || (token.Text == "|" && _bars == 0),
            _ => false,
        };

    private Expression? Powered()
    {
        if (++_depth > MaxDepth)
        {
            return null;
        }

        Expression? value = Atom();
        while (value is not null && Next is { } token)
        {
            if (token.Is("!"))
            {
                _at++;
                value = new Operation(OperationName.Factorial, value);
            }
            else if (TakeDegree())
            {
                // A degree is 1 outside a function; inside, the function looks for it.
                value = new Operation(OperationName.Multiply, value, new Symbol(Degree));
            }
            else if (token.Is("^"))
            {
                _at++;
                value = Exponent() is { } exponent ? new Operation(OperationName.Power, value, exponent) : null;
            }
            else
            {
                break;
            }
        }

        _depth--;
        return value;
    }

    /// <summary>The letter that stands for a degree sign.</summary>
    public const string Degree = "°";

    private bool TakeDegree()
    {
        if (TakeCommand("degree"))
        {
            return true;
        }

        if (Next is not { } token || !token.Is("^"))
        {
            return false;
        }

        bool braces = _at + 1 < _tokens.Count && _tokens[_at + 1].Is("{");
        int at = _at + (braces ? 2 : 1);
        if (at >= _tokens.Count || !_tokens[at].IsCommand("circ") || (braces && (at + 1 >= _tokens.Count || !_tokens[at + 1].Is("}"))))
        {
            return false;
        }

        _at = at + (braces ? 2 : 1);
        return true;
    }

    // Powers group to the right; a sign or a bracket may stand without braces in plain text.
    private Expression? Exponent()
    {
        bool negative = Take("-");
        Expression? exponent =
            Next is { Kind: TokenKind.Number } ? Plain()
            : Next is { } open && open.Is("(") ? Atom()
            : Argument();
        if (exponent is not null && Take("^"))
        {
            exponent = Exponent() is { } upper ? new Operation(OperationName.Power, exponent, upper) : null;
        }

        return exponent is null || !negative ? exponent : new Operation(OperationName.Negate, exponent);
    }

    // What a command takes: braces, or one digit, letter or command.
    private Expression? Argument()
    {
        if (Next is not { } token)
        {
            return null;
        }

        if (token.Is("{"))
        {
            return Atom();
        }

        // Of several digits or letters without braces it takes the first.
        if (token.Kind is TokenKind.Number or TokenKind.Word && token.Text.Length > 1)
        {
            if (token.Kind == TokenKind.Number && !token.Text.All(char.IsAsciiDigit))
            {
                return null;
            }

            _tokens[_at] = new(
                token.Kind == TokenKind.Word && token.Text.Length == 2 ? TokenKind.Letter : token.Kind,
                token.Text[1..],
                AfterSpace: false
            );
            return token.Kind == TokenKind.Number ? Whole(token.Text[0] - '0') : Letter(token.Text[..1]);
        }

        if (token.Kind == TokenKind.Number)
        {
            return Plain();
        }

        return
            token.Kind == TokenKind.Letter
            || (token.Kind == TokenKind.Command && !MathCommands.NoLetters.Contains(token.Text))
            || token.IsCommand("frac")
            || token.IsCommand("sqrt")
            ? Atom()
            : null;
    }
}
