namespace Rlhf.Verification.Equivalence;

/// <content>Integrals, limits, derivatives, sums and products that run. What is not written out stays as it is.</content>
internal sealed partial class ExpressionParser
{
    private static readonly Symbol Ellipsis = new("…");

    // Inside of what is not computed, infinity is a letter as any other.
    private static Opaque Uncomputed(string head, params Expression[] arguments) =>
        new(head, [.. arguments.Select(a => a.Rewrite(e => e is Constant { Name: ConstantName.Infinity } ? new Symbol("∞") : null))]);

    // The bound letter gets a name that depends on how deep it is bound only: ∫f(x)dx is ∫f(t)dt.
    private static Expression Bind(Expression body, Expression letter)
    {
        const string Bound = "•";
        int depth = body.Symbols().Where(s => s.StartsWith(Bound, StringComparison.Ordinal)).Select(s => s.Length).DefaultIfEmpty().Max();
        Symbol bound = new(string.Concat(Enumerable.Repeat(Bound, depth + 1)));
        return body.Rewrite(e => e == letter ? bound : null);
    }

    // What a pair of braces holds, or one token, as text.
    private string? RawArgument()
    {
        if (!Take("{"))
        {
            return Next is { Kind: TokenKind.Letter or TokenKind.Word or TokenKind.Number } one && _at++ >= 0 ? one.Text : null;
        }

        string text = "";
        for (int depth = 1; Next is { } token; text += token.Text)
        {
            _at++;
            depth += TokenSpans.Depth(token);
            if (depth == 0)
            {
                return token.Is("}") && text.Length > 0 ? text : null;
            }
        }

        return null;
    }

    // \sum_{k=1}^{5} and a product; any other text under the sign is compared as it is.
    private Expression? Running(string name)
    {
        int start = _at;
        if (Take("_") && Take("{") && Next is { Kind: TokenKind.Letter } letter)
        {
            _at++;
            if (Take("=") && Sum() is { } from && Take("}") && Take("^") && Argument() is { } to && Product() is { } term)
            {
                OperationName joins = name == "sum" ? OperationName.Add : OperationName.Multiply;
                return Series.Expand(joins, Letter(letter.Text), from, to, term)
                    ?? Uncomputed(name, from, to, Bind(term, Letter(letter.Text)));
            }
        }

        _at = start;
        string under = Take("_") && RawArgument() is { } index ? index : "";
        return Take("^") ? null
            : Product() is { } body ? Uncomputed(name + "_" + under, body)
            : null;
    }

    // \int_a^b f(x)\,dx: the body holds its differential as a factor.
    private Expression? Integral(string name)
    {
        Expression? low = null,
            high = null;
        while (Next is { } bound && (bound.Is("_") || bound.Is("^")))
        {
            _at++;
            if (Bound() is not { } value)
            {
                return null;
            }

            (low, high) = bound.Is("_") ? (value, high) : (low, value);
        }

        int start = _at;
        Expression? body = Signed(first: true);
        if (body is not null && Differentials(start).Length == 0)
        {
            // A sum before the differential: x^2 + 1 dx
            body = SumBeforeDifferential(body);
        }

        // The differentials of integrals within come first.
        int within = _tokens[start.._at].Count(t => t.IsCommand("int"));
        if (body is null || Differentials(start) is not { Length: > 0 } letters || within >= letters.Length)
        {
            return null;
        }

        return low is not null && high is not null ? Uncomputed(name, low, high, Bind(body, letters[within]))
            : low is not null ? Uncomputed(name + "_", low, body)
            : Uncomputed(name, body);
    }

    private Expression? SumBeforeDifferential(Expression first)
    {
        Expression sum = first;
        while (Next is { } sign && (sign.Is("+") || sign.Is("-")))
        {
            int at = _at;
            if (Signed(first: false) is not { } term)
            {
                return null;
            }

            // The last term's factors hold the differential.
            if (Differentials(at) is [.., var letter])
            {
                Operation differential = new(OperationName.Multiply, new Symbol("d"), letter);
                return new Operation(
                    OperationName.Multiply,
                    new Operation(OperationName.Add, sum, new Operation(OperationName.Divide, term, differential)),
                    differential
                );
            }

            sum = new Operation(OperationName.Add, sum, term);
        }

        return null;
    }

    private Expression? Bound()
    {
        bool negative = Take("-");
        return Argument() is not { } value ? null
            : negative ? new Operation(OperationName.Negate, value)
            : value;
    }

    // The letters after a d, from a token to the next that is not read yet.
    private Expression[] Differentials(int start)
    {
        List<Expression> letters = [];
        for (int i = start; i < _at; i++)
        {
            MathToken token = _tokens[i];
            if (token.Kind == TokenKind.Word && token.Text.Length > 1 && token.Text[^2] == 'd')
            {
                letters.Add(Letter(token.Text[^1..]));
            }
            else if (token.Kind == TokenKind.Letter && token.Text == "d" && i + 1 < _at)
            {
                letters.Add(_tokens[i + 1] is { Kind: TokenKind.Letter } next ? Letter(next.Text) : new Symbol("\\" + _tokens[i + 1].Text));
            }
        }

        return [.. letters];
    }

    // \lim_{x \to a} f(x)
    private Expression? Limit()
    {
        if (!Take("_") || !Take("{") || Next is not { Kind: TokenKind.Letter } letter)
        {
            return null;
        }

        _at++;
        return TakeCommand("to") && Sum() is { } target && Take("}") && Product() is { } body
            ? Uncomputed("lim", target, Bind(body, Letter(letter.Text)))
            : null;
    }

    private static bool IsDifferential(MathToken token) => token.Kind == TokenKind.Word && token.Text.Length == 2 && token.Text[0] == 'd';

    private static string DerivativeName(string top, string bottom) => $"{top}/{bottom}";

    // \frac{dy}{dx}, \frac{\partial^2 f}{\partial x^2}, and \frac{d}{dx} of what follows; null for any other fraction.
    private Expression? Derivative()
    {
        int start = _at;
        if (Differential() is { } top && Differential() is { Letters: > 0 } bottom && top.Sign == bottom.Sign)
        {
            string name = DerivativeName(top.Text, bottom.Text);
            return top.Letters == 0 && Next is { } next && BeginsFactor(next) && Powered() is { } operand
                ? Uncomputed(name, operand)
                : new Symbol(name);
        }

        _at = start;
        return null;
    }

    // In braces: d or ∂, its order, and the letters after it.
    private (string Text, string Sign, int Letters)? Differential()
    {
        if (!Take("{") || Next is not { } first)
        {
            return null;
        }

        string sign =
            first.IsCommand("partial") ? "∂"
            : first.Text[0] == 'd' && (first.Kind == TokenKind.Letter || IsDifferential(first)) ? "d"
            : "";
        int letters = first.Kind == TokenKind.Word ? 1 : 0;
        string text = first.Text;
        for (_at++; Next is { } token && !token.Is("}"); _at++)
        {
            bool isLetter = token.Kind is TokenKind.Letter or TokenKind.Word || (token.Kind == TokenKind.Command && token.Text != "frac");
            if (!isLetter && token.Kind != TokenKind.Number && !token.Is("^") && !token.Is("_") && !token.Is("(") && !token.Is(")"))
            {
                return null;
            }

            letters += isLetter ? 1 : 0;
            text += token.Text;
        }

        return sign.Length > 0 && Take("}") ? (text, sign, letters) : null;
    }
}
