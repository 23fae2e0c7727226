using System.Numerics;

namespace Rlhf.Verification.Equivalence;

/// <content>Numbers, letters, commands and brackets.</content>
internal sealed partial class ExpressionParser
{
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
            TokenKind.Text when _words => NamedQuantity(token.Text),
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

        if (Next is { } bar && bar.IsCommand("overline") && !bar.AfterSpace && token.Text.Contains('.', StringComparison.Ordinal))
        {
            return Repeating(token.Text);
        }

        // 1\frac12 and 1 1/2 are mixed numbers.
        return token.Text.All(char.IsAsciiDigit) && MixedPart() is { } fraction
            ? new Operation(OperationName.Add, number, fraction)
            : number;
    }

    // 0.1\overline{6}: the digits under the bar go on for ever.
    private Number? Repeating(string start)
    {
        _at++;
        if (
            !Take("{")
            || Next is not { Kind: TokenKind.Number } period
            || period.Text.Length > 40
            || !period.Text.All(char.IsAsciiDigit)
            || !start.Contains('.', StringComparison.Ordinal)
        )
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
        MathToken[] tokens =
            braces || (Next is { } next && next.IsCommand("frac")) ? _tokens.Slice(_at, Math.Min(10, _tokens.Count - _at)).ToArray() : [];
        BigInteger? top = null,
            bottom = null;
        _at += braces ? 1 : 0;
        if (TakeCommand("frac"))
        {
            (top, bottom) = (SmallWhole(Argument()), SmallWhole(Argument()));
            bottom = !braces || Take("}") ? bottom : null;
        }
        else if (
            _at + 2 < _tokens.Count
            && _tokens[_at].Kind == TokenKind.Number
            && _tokens[_at].AfterSpace
            && _tokens[_at + 1].Is("/")
            && _tokens[_at + 2].Kind == TokenKind.Number
        )
        {
            (top, bottom) = (
                SmallWhole(NumberLiteral.Decimal(_tokens[_at].Text)),
                SmallWhole(NumberLiteral.Decimal(_tokens[_at + 2].Text))
            );
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

    private static BigInteger? SmallWhole(Expression? expression) =>
        expression is Number { Value.IsInteger: true, Decimals: null } number ? number.Value.Numerator : null;

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

        if (OpaqueFunctions.Contains(token.Text) && Next is { } open && open.Is("("))
        {
            return Applied(token.Text);
        }

        if (IsDifferential(token) && Next is { } slash && slash.Is("/") && _at + 1 < _tokens.Count && IsDifferential(_tokens[_at + 1]))
        {
            _at += 2;
            return new Symbol(DerivativeName(token.Text, _tokens[_at - 1].Text));
        }

        // A row of letters is their product; a long one is a word.
        const int LongestProduct = 3;
        if (token.Text.Length > LongestProduct)
        {
            return _words ? NamedQuantity(token.Text) : null;
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
                factor =
                    next.Is("!") ? new Operation(OperationName.Factorial, factor)
                    : Exponent() is { } exponent ? new Operation(OperationName.Power, factor, exponent)
                    : null;
            }

            if (factor is null)
            {
                return null;
            }

            product = product is null ? factor : new Operation(OperationName.Multiply, product, factor);
        }

        return product;
    }

    private static Expression Letter(string letter) =>
        letter switch
        {
            "e" => new Constant(ConstantName.E),
            "i" => new Constant(ConstantName.I),
            _ => new Symbol(letter),
        };

    private Expression? FromCommand(string name)
    {
        switch (name)
        {
            case "pi":
                return new Constant(ConstantName.Pi);
            case "infty":
                return new Constant(ConstantName.Infinity);
            case "frac" when Derivative() is { } derivative:
                return derivative;
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
                return Running(name);
            case "int" or "iint" or "iiint" or "oint":
                return Integral(name);
            case "lim":
                return Limit();
            case "mathbb":
                return Next is { Kind: TokenKind.Letter } or { Text: "{" } && RawArgument() is { } set
                    ? new Symbol("\\mathbb " + set)
                    : null;
            case "angle" or "triangle" or "partial":
                return RawArgument() is { } of ? new Symbol($"\\{name} {of}") : null;
            default:
                return Selections.TryGetValue(name, out OperationName selection) ? Selection(selection)
                    : Functions.TryGetValue(name, out OperationName function) ? Function(function)
                    : MathCommands.Accents.Contains(name) ? Accented(name)
                    : OpaqueFunctions.Contains(name) && Next is { } open && open.Is("(") ? Applied(name)
                    : MathCommands.NoLetters.Contains(name) ? null
                    : Subscripted("\\" + name);
        }
    }

    private Expression? Root()
    {
        if (!Take("["))
        {
            return
                (Next is { } next && next.Is("(") ? Atom() : Argument()) is { } argument
                && Next is not { Kind: TokenKind.Number, AfterSpace: false }
                ? new Operation(OperationName.Sqrt, argument)
                : null;
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

        string? close = bracket switch
        {
            "(" => ")",
            "{" => "}",
            "[" => "]",
            _ => null,
        };
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
}
