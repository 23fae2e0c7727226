namespace Rlhf.Verification.Equivalence;

/// <content>Functions with their arguments, choices among several, sums and products that run.</content>
internal sealed partial class ExpressionParser
{
    private static readonly Dictionary<string, OperationName> Functions = new(StringComparer.Ordinal)
    {
        ["sin"] = OperationName.Sin,
        ["cos"] = OperationName.Cos,
        ["tan"] = OperationName.Tan,
        ["cot"] = OperationName.Cot,
        ["sec"] = OperationName.Sec,
        ["csc"] = OperationName.Csc,
        ["arcsin"] = OperationName.Arcsin,
        ["arccos"] = OperationName.Arccos,
        ["arctan"] = OperationName.Arctan,
        ["asin"] = OperationName.Arcsin,
        ["acos"] = OperationName.Arccos,
        ["atan"] = OperationName.Arctan,
        ["sinh"] = OperationName.Sinh,
        ["cosh"] = OperationName.Cosh,
        ["tanh"] = OperationName.Tanh,
        ["ln"] = OperationName.Ln,
        ["exp"] = OperationName.Exp,
        ["sqrt"] = OperationName.Sqrt,
        ["abs"] = OperationName.Absolute,
        ["log"] = OperationName.Logarithm,
        ["lg"] = OperationName.Logarithm,
    };

    // Of two arguments or more.
    private static readonly Dictionary<string, OperationName> Selections = new(StringComparer.Ordinal)
    {
        ["gcd"] = OperationName.Gcd,
        ["lcm"] = OperationName.Lcm,
        ["max"] = OperationName.Maximum,
        ["min"] = OperationName.Minimum,
    };

    private static readonly Dictionary<OperationName, OperationName> Inverses = new()
    {
        [OperationName.Sin] = OperationName.Arcsin,
        [OperationName.Cos] = OperationName.Arccos,
        [OperationName.Tan] = OperationName.Arctan,
    };

    private static readonly Expression Ten = Whole(10),
        OneEighty = Whole(180);

    /// <summary>Whether a word names a function.</summary>
    public static bool IsFunction(string word) => Functions.ContainsKey(word) || Selections.ContainsKey(word);

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

            if (
                Inverses.TryGetValue(name, out OperationName inverse)
                && power
                    is Operation { Name: OperationName.Negate, Arguments: [Number { Value: { IsInteger: true, Numerator.IsOne: true } }] }
                        or Number { Value: { IsInteger: true, Numerator: { IsOne: false, Sign: -1 } } }
            )
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

    private static Expression InRadians(Expression expression) =>
        expression.Rewrite(e =>
            e is Symbol { Name: Degree } ? new Operation(OperationName.Divide, new Constant(ConstantName.Pi), OneEighty) : null
        );
}
