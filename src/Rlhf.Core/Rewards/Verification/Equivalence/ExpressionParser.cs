using System.Globalization;
using System.Numerics;

namespace Rlhf.Rewards.Verification.Equivalence;

/// <summary>Reads one expression from tokens. Null wherever something is missing or left over: an expression is read whole or not at all.</summary>
internal sealed class ExpressionParser
{
    private const int MaxDepth = 400;

    private static readonly Dictionary<string, OperationName> Functions = new(StringComparer.Ordinal)
    {
        ["sin"] = OperationName.Sin, ["cos"] = OperationName.Cos, ["tan"] = OperationName.Tan, ["cot"] = OperationName.Cot, ["sec"] = OperationName.Sec, ["csc"] = OperationName.Csc,
        ["arcsin"] = OperationName.Arcsin, ["arccos"] = OperationName.Arccos, ["arctan"] = OperationName.Arctan, ["asin"] = OperationName.Arcsin, ["acos"] = OperationName.Arccos,
        ["atan"] = OperationName.Arctan, ["sinh"] = OperationName.Sinh, ["cosh"] = OperationName.Cosh, ["tanh"] = OperationName.Tanh, ["ln"] = OperationName.Ln, ["exp"] = OperationName.Exp,
        ["sqrt"] = OperationName.Sqrt, ["abs"] = OperationName.Absolute, ["log"] = OperationName.Logarithm, ["lg"] = OperationName.Logarithm,
    };

    // Of two arguments or more.
    private static readonly Dictionary<string, OperationName> Selections = new(StringComparer.Ordinal)
    {
        ["gcd"] = OperationName.Gcd, ["lcm"] = OperationName.Lcm, ["max"] = OperationName.Maximum, ["min"] = OperationName.Minimum,
    };

    private static readonly Dictionary<OperationName, OperationName> Inverses = new()
    {
        [OperationName.Sin] = OperationName.Arcsin, [OperationName.Cos] = OperationName.Arccos, [OperationName.Tan] = OperationName.Arctan,
    };

    private static readonly string[] NoLetters = ["frac", "sqrt", "over", "binom", "times", "cdot", "div", "infty", "circ", "degree", "pm", "mp", "le", "ge", "lt", "gt", "cup", "cap", "setminus", "in", "emptyset",
        "mathbb", "rfloor", "rceil", "begin", "end", "hline", "to", "lor", "land", "choose", "gcd", "max", "min", "sum", "prod", "bmod", "angle", "triangle"];

    private static readonly Expression Ten = Whole(10), OneEighty = Whole(180), Two = Whole(2);

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

    /// <summary>Whether a word names a function.</summary>
    public static bool IsFunction(string word) => Functions.ContainsKey(word) || Selections.ContainsKey(word);

    // Alone they are words, not the products of their letters: their order counts.
    private static bool IsShortWord(string text) => text.Length == 3
        && ((char.IsUpper(text[0]) && char.IsLower(text[1]) && char.IsLower(text[2])) || text is "yes" or "odd" or "red" or "one" or "two" or "six" or "ten" or "all" or "any" or "day" or "sun" or "cat" or "dog" or "car");

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
        return Sum() is { } bottom ? new Operation(between.Text == "over" ? OperationName.Divide : OperationName.Binomial, value, bottom) : null;
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
        bool negative = false, both = false, any = first;
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
        return !negative ? product : product is Number number ? new Number(-number.Value, number.Decimals) : new Operation(OperationName.Negate, product);
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
                product = new Operation(divides ? OperationName.Divide : token.IsCommand("bmod") ? OperationName.Modulo : OperationName.Multiply, product, factor);
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

    // What may follow a factor without a sign: not a number, unless the factor ended with a bracket or, as in 2^a 3^b, it is a power itself.
    private bool BeginsFactor(MathToken token) => token.Kind switch
    {
        TokenKind.Letter or TokenKind.Word => true,
        TokenKind.Number => _at > 0 && (_tokens[_at - 1].Is(")") || (token.AfterSpace && _at + 1 < _tokens.Count && _tokens[_at + 1].Is("^") && (_tokens[_at - 1].Is("}") || (_at > 1 && _tokens[_at - 2].Is("^"))))),
        TokenKind.Command => !NoLetters.Contains(token.Text) || token.Text is "frac" or "sqrt" or "binom" or "gcd" or "max" or "min",
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

    // Powers group to the right; a sign may stand without braces in plain text.
    private Expression? Exponent()
    {
        bool negative = Take("-");
        Expression? exponent = Next is { Kind: TokenKind.Number } ? Plain() : Argument();
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

            _tokens[_at] = new(token.Kind == TokenKind.Word && token.Text.Length == 2 ? TokenKind.Letter : token.Kind, token.Text[1..], AfterSpace: false);
            return token.Kind == TokenKind.Number ? Whole(token.Text[0] - '0') : Letter(token.Text[..1]);
        }

        if (token.Kind == TokenKind.Number)
        {
            return Plain();
        }

        return token.Kind == TokenKind.Letter || (token.Kind == TokenKind.Command && !NoLetters.Contains(token.Text)) || token.IsCommand("frac") || token.IsCommand("sqrt")
            ? Atom()
            : null;
    }

    // A number that takes no fraction after it: x^2\frac13 is no power of 2⅓.
    private Number? Plain() => NumberLiteral.Decimal(_tokens[_at++].Text);

    private Expression? Atom()
    {
        if (Next is not { } token)
        {
            return null;
        }

        _at++;
        return token.Kind switch
        {
            TokenKind.Number => NumberFrom(token),
            TokenKind.Letter => Subscripted(token.Text),
            TokenKind.Word => FromWord(token),
            TokenKind.Command => FromCommand(token.Text),
            TokenKind.Symbol => FromBracket(token.Text),
            _ => null,
        };
    }

    private Expression? NumberFrom(MathToken token)
    {
        if (NumberLiteral.Decimal(token.Text) is not { } number)
        {
            return null;
        }

        if (Next is { } bar && bar.IsCommand("overline") && !bar.AfterSpace)
        {
            return Repeating(token.Text);
        }

        // 1\frac12 and 1 1/2 are mixed numbers.
        return token.Text.All(char.IsAsciiDigit) && MixedPart() is { } fraction ? new Operation(OperationName.Add, number, fraction) : number;
    }

    // 0.1\overline{6}: the digits under the bar go on for ever.
    private Number? Repeating(string start)
    {
        _at++;
        if (!Take("{") || Next is not { Kind: TokenKind.Number } period || period.Text.Length > 40 || !period.Text.All(char.IsAsciiDigit) || !start.Contains('.', StringComparison.Ordinal))
        {
            return null;
        }

        _at++;
        if (!Take("}") || ExactNumber.FromDigits(start) is not { } head)
        {
            return null;
        }

        return NumberLiteral.Repeating(head, start.Length - start.IndexOf('.', StringComparison.Ordinal) - 1, period.Text);
    }

    private Number? MixedPart()
    {
        int start = _at;
        bool braces = Next is { } brace && brace.Is("{") && _at + 1 < _tokens.Count && _tokens[_at + 1].IsCommand("frac");
        MathToken[] tokens = braces || (Next is { } next && next.IsCommand("frac")) ? _tokens.Slice(_at, Math.Min(10, _tokens.Count - _at)).ToArray() : [];
        BigInteger? top = null, bottom = null;
        _at += braces ? 1 : 0;
        if (TakeCommand("frac"))
        {
            (top, bottom) = (SmallWhole(Argument()), SmallWhole(Argument()));
            bottom = !braces || Take("}") ? bottom : null;
        }
        else if (_at + 2 < _tokens.Count && _tokens[_at].Kind == TokenKind.Number && _tokens[_at].AfterSpace && _tokens[_at + 1].Is("/") && _tokens[_at + 2].Kind == TokenKind.Number)
        {
            (top, bottom) = (SmallWhole(NumberLiteral.Decimal(_tokens[_at].Text)), SmallWhole(NumberLiteral.Decimal(_tokens[_at + 2].Text)));
            _at += 3;
        }

        if (top is { } a && bottom is { } b && a.Sign > 0 && a < b && ExactNumber.FromFraction(a, b) is { } value)
        {
            return new(value);
        }

        _at = start;
        for (int i = 0; i < tokens.Length; i++)
        {
            _tokens[start + i] = tokens[i];
        }

        return null;
    }

    private static BigInteger? SmallWhole(Expression? expression) => expression is Number { Value.IsInteger: true, Decimals: null } number ? number.Value.Numerator : null;

    private Expression? FromWord(MathToken token)
    {
        if (token.Text is "pi" or "PI" or "Pi")
        {
            return new Constant(ConstantName.Pi);
        }

        if (Functions.TryGetValue(token.Text, out OperationName function))
        {
            return Function(function);
        }

        if (Selections.TryGetValue(token.Text, out OperationName selection))
        {
            return Selection(selection);
        }

        // A row of letters is their product; a long one is a word.
        const int LongestProduct = 3;
        if (token.Text.Length > LongestProduct)
        {
            return null;
        }

        Expression? product = null;
        for (int i = 0; i < token.Text.Length; i++)
        {
            string letter = token.Text[i..(i + 1)];
            bool last = i == token.Text.Length - 1;
            Expression? factor = last ? Subscripted(letter) : Letter(letter);

            // A power belongs to the last letter alone.
            while (last && factor is not null && Next is { } next && (next.Is("^") || next.Is("!")) && !TakeDegree())
            {
                _at++;
                factor = next.Is("!") ? new Operation(OperationName.Factorial, factor) : Exponent() is { } exponent ? new Operation(OperationName.Power, factor, exponent) : null;
            }

            if (factor is null)
            {
                return null;
            }

            product = product is null ? factor : new Operation(OperationName.Multiply, product, factor);
        }

        return product;
    }

    private static Expression Letter(string letter) => letter switch
    {
        "e" => new Constant(ConstantName.E),
        "i" => new Constant(ConstantName.I),
        _ => new Symbol(letter),
    };

    private Expression? Subscripted(string letter)
    {
        if (!Take("_"))
        {
            return Letter(letter);
        }

        bool braces = Take("{");
        string name = letter + "_";
        while (Next is { } token && token.Kind is TokenKind.Number or TokenKind.Letter or TokenKind.Word or TokenKind.Text)
        {
            _at++;
            name += token.Text;
            if (!braces)
            {
                break;
            }
        }

        return name.Length == letter.Length + 1 || (braces && !Take("}")) ? null : new Symbol(name);
    }

    private Expression? FromCommand(string name)
    {
        switch (name)
        {
            case "pi":
                return new Constant(ConstantName.Pi);
            case "infty":
                return new Constant(ConstantName.Infinity);
            case "frac":
                return Argument() is { } top && Argument() is { } bottom ? new Operation(OperationName.Divide, top, bottom) : null;
            case "binom":
                return Argument() is { } n && Argument() is { } k ? new Operation(OperationName.Binomial, n, k) : null;
            case "sqrt":
                return Root();
            case "lfloor":
                return Sum() is { } floor && TakeCommand("rfloor") ? new Operation(OperationName.Floor, floor) : null;
            case "lceil":
                return Sum() is { } ceiling && TakeCommand("rceil") ? new Operation(OperationName.Ceiling, ceiling) : null;
            case "sum" or "prod":
                return Running(name == "sum" ? OperationName.Add : OperationName.Multiply);
            default:
                return Selections.TryGetValue(name, out OperationName selection) ? Selection(selection) : Functions.TryGetValue(name, out OperationName function) ? Function(function) : NoLetters.Contains(name) || name == "overline" ? null : Subscripted("\\" + name);
        }
    }

    private Expression? Root()
    {
        if (!Take("["))
        {
            return (Next is { } next && next.Is("(") ? Atom() : Argument()) is { } argument && Next is not { Kind: TokenKind.Number, AfterSpace: false } ? new Operation(OperationName.Sqrt, argument) : null;
        }

        return Sum() is { } degree && Take("]") && Argument() is { } value ? new Operation(OperationName.Root, degree, value) : null;
    }

    private Expression? FromBracket(string bracket)
    {
        if (bracket == "|")
        {
            _bars++;
            Expression? inside = Sum();
            _bars--;
            return inside is not null && Take("|") ? new Operation(OperationName.Absolute, inside) : null;
        }

        string? close = bracket switch { "(" => ")", "{" => "}", "[" => "]", _ => null };
        if (close is null)
        {
            return null;
        }

        int bars = _bars;
        _bars = 0;
        Expression? value = bracket == "{" ? Grouped() : Sum();
        _bars = bars;
        return value is not null && Take(close) ? value : null;
    }

    // \gcd(12, 18), \max\{1, 2\}
    private Expression? Selection(OperationName name)
    {
        bool braces = Next is { } open && open.Is("set{");
        if (!Take(braces ? "set{" : "("))
        {
            return null;
        }

        Expression? chosen = Sum();
        while (chosen is not null && Take(","))
        {
            chosen = Sum() is { } next ? new Operation(name, chosen, next) : null;
        }

        return chosen is Operation { Name: var last } && last == name && Take(braces ? "set}" : ")") ? chosen : null;
    }

    // \sum_{k=1}^{5} and a product.
    private Expression? Running(OperationName joins)
    {
        if (!Take("_") || !Take("{") || Next is not { Kind: TokenKind.Letter } letter)
        {
            return null;
        }

        _at++;
        return Take("=") && Sum() is { } from && Take("}") && Take("^") && Argument() is { } to && Product() is { } term ? Series.Expand(joins, Letter(letter.Text), from, to, term) : null;
    }

    private Expression? Function(OperationName name)
    {
        Expression? logBase = null;
        if (name == OperationName.Logarithm)
        {
            logBase = Take("_") ? Argument() : Ten;
            if (logBase is null)
            {
                return null;
            }
        }

        Expression? power = null;
        if (Take("^"))
        {
            power = Exponent();
            if (power is null)
            {
                return null;
            }

            if (Inverses.TryGetValue(name, out OperationName inverse) && power is Operation { Name: OperationName.Negate, Arguments: [Number { Value: { IsInteger: true, Numerator.IsOne: true } }] } or Number { Value: { IsInteger: true, Numerator: { IsOne: false, Sign: -1 } } })
            {
                (name, power) = (inverse, null);
            }
        }

        if (FunctionArgument() is not { } argument)
        {
            return null;
        }

        argument = InRadians(argument);
        Expression value = logBase is null ? new Operation(name, argument) : new Operation(OperationName.Logarithm, logBase, argument);
        return power is null ? value : new Operation(OperationName.Power, value, power);
    }

    // A bracket, or the product up to a sign or the next function.
    private Expression? FunctionArgument()
    {
        if (Next is { } first && (first.Is("(") || first.Is("{") || first.Is("|") || first.Is("[")))
        {
            return Powered();
        }

        bool negative = Take("-");
        Expression? product = Powered();
        while (product is not null && Next is { } token)
        {
            if (token.Is("/") && _at + 1 < _tokens.Count && _tokens[_at + 1].Kind == TokenKind.Number)
            {
                _at++;
                product = Powered() is { } divisor ? new Operation(OperationName.Divide, product, divisor) : null;
            }
            else if (BeginsFactor(token) && !token.Is("(") && !Functions.ContainsKey(token.Text))
            {
                product = Powered() is { } factor ? new Operation(OperationName.Multiply, product, factor) : null;
            }
            else
            {
                break;
            }
        }

        return product is null || !negative ? product : new Operation(OperationName.Negate, product);
    }

    private static Expression InRadians(Expression expression) => expression switch
    {
        Symbol { Name: Degree } => new Operation(OperationName.Divide, new Constant(ConstantName.Pi), OneEighty),
        Operation operation when operation.Any(e => e is Symbol { Name: Degree }) => new Operation(operation.Name, [.. operation.Arguments.Select(InRadians)]),
        _ => expression,
    };
}
