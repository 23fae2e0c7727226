namespace Rlhf.Verification.Equivalence;

/// <content>What stands below and above a letter and is no exponent.</content>
internal sealed partial class ExpressionParser
{
    // A letter with its subscript and primes; a function's name takes its argument.
    private Expression? Subscripted(string letter)
    {
        string name = letter;
        if (Next is { } under && under.Is("_"))
        {
            if (Subscript() is not { } index)
            {
                return null;
            }

            name += "_" + index;
        }

        name += Primes();
        return IsApplied(letter) ? Applied(name)
            : name == letter ? Letter(letter)
            : new Symbol(name);
    }

    // What stands under a letter, as text: one token, or those in braces.
    private string? Subscript()
    {
        int start = _at++;
        bool braces = Take("{");
        string text = "";
        if (!braces && Next is { Kind: TokenKind.Word } word)
        {
            // x_kF is x_k times F.
            _tokens[_at] = new(word.Text.Length == 2 ? TokenKind.Letter : TokenKind.Word, word.Text[1..], AfterSpace: false);
            return word.Text[..1];
        }

        while (
            Next is { } token
            && (
                token.Kind is TokenKind.Number or TokenKind.Letter or TokenKind.Word or TokenKind.Text
                || (token.Kind == TokenKind.Command && !MathCommands.Factors.Contains(token.Text))
                || (braces && token.Kind == TokenKind.Symbol && token.Text is "+" or "-" or "," or "*" or "(" or ")")
            )
        )
        {
            _at++;
            text += token.Kind == TokenKind.Command ? "\\" + token.Text : token.Text;
            if (!braces)
            {
                break;
            }
        }

        if (text.Length > 0 && (!braces || Take("}")))
        {
            return text;
        }

        _at = start;
        return null;
    }

    // f'' and f^{\prime}
    private string Primes()
    {
        const int MostPrimes = 8;
        string primes = "";
        while (primes.Length < MostPrimes && Next is { } token)
        {
            bool braces = token.Is("^") && _at + 3 < _tokens.Count && _tokens[_at + 1].Is("{") && _tokens[_at + 3].Is("}");
            int mark = _at + (braces ? 2 : 1);
            if (token.Is("'"))
            {
                _at++;
            }
            else if (token.Is("^") && mark < _tokens.Count && (_tokens[mark].IsCommand("prime") || _tokens[mark].Is("'")))
            {
                _at = mark + (braces ? 2 : 1);
            }
            else
            {
                break;
            }

            primes += "'";
        }

        return primes;
    }

    // A mark that is no exponent: 0^+, Fe^{3+}, z^*.
    private string? Superscript()
    {
        if (Next is not { } token || !token.Is("^") || _at + 1 >= _tokens.Count)
        {
            return null;
        }

        if (_tokens[_at + 1].Is("{"))
        {
            int end = _tokens.FindIndex(_at, t => t.Is("}"));
            if (
                end < _at + 3
                || end > _at + 4
                || !IsMark(_tokens[end - 1])
                || (end == _at + 4 && _tokens[end - 2].Kind != TokenKind.Number)
            )
            {
                return null;
            }

            string text = string.Concat(_tokens[(_at + 2)..end].Select(t => t.Text));
            _at = end + 1;
            return text;
        }

        if (!IsMark(_tokens[_at + 1]) || (_at + 2 < _tokens.Count && BeginsOperand(_tokens[_at + 2])))
        {
            return null;
        }

        _at += 2;
        return _tokens[_at - 1].Text;

        static bool IsMark(MathToken token) => token.Is("+") || token.Is("-") || token.Is("*");

        static bool BeginsOperand(MathToken token) =>
            token.Kind is TokenKind.Number or TokenKind.Letter or TokenKind.Word
            || token.Is("(")
            || token.Is("{")
            || token.IsCommand("infty");
    }
}
