namespace Rlhf.Verification.Equivalence;

/// <summary>
/// Reads one expression from tokens. Null wherever something is missing or left over: an expression is read whole or not at all.
/// </summary>
internal sealed partial class ExpressionParser
{
    // Far below what the smallest stack holds: one level is up to ten calls.
    private const int MaxDepth = 64;

    private readonly List<MathToken> _tokens;
    private readonly bool _words;
    private int _at;
    private int _depth;
    private int _bars;

    private ExpressionParser(IEnumerable<MathToken> tokens, bool words) => (_tokens, _words) = ([.. tokens], words);

    private MathToken? Next => _at < _tokens.Count ? _tokens[_at] : null;

    /// <summary>The expression; null where the tokens are none.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="words">Whether words may name quantities, as in <c>profit = revenue - cost</c>.</param>
    public static Expression? Read(IEnumerable<MathToken> tokens, bool words = false)
    {
        ExpressionParser parser = new(tokens, words);
        if (!words && parser._tokens is [{ Kind: TokenKind.Word } word] && IsShortWord(word.Text))
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
            else if (Superscript() is { } mark)
            {
                value = Uncomputed("^" + mark, value);
            }
            else if (token.Is("_") && _at > 0 && _tokens[_at - 1].Is(")") && Subscript() is { } index)
            {
                // Ca(OH)_2
                value = Uncomputed("_" + index, value);
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
        if (++_depth > MaxDepth)
        {
            return null;
        }

        bool negative = Take("-");
        Expression? exponent =
            Next is { Kind: TokenKind.Number } ? Plain()
            : Next is { } open && open.Is("(") ? Atom()
            : Argument();
        if (exponent is not null && Take("^"))
        {
            exponent = Exponent() is { } upper ? new Operation(OperationName.Power, exponent, upper) : null;
        }

        _depth--;
        return exponent is null || !negative ? exponent : new Operation(OperationName.Negate, exponent);
    }

    // What a command takes: braces, or one digit, letter or command.
    private Expression? Argument()
    {
        if (++_depth > MaxDepth)
        {
            return null;
        }

        Expression? argument = Next is { } token ? Argument(token) : null;
        _depth--;
        return argument;
    }

    private Expression? Argument(MathToken token)
    {
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
            || token.IsCommand("infty")
            || token.IsCommand("mathbb")
            ? Atom()
            : null;
    }
}
