using System.Buffers;
using System.Text.RegularExpressions;

namespace Rlhf.Rewards.Verification.Equivalence;

/// <summary>Cuts an answer into tokens. Knows the commands that an answer may hold: any other makes it no answer.</summary>
internal sealed partial class MathLexer
{
    private const int MaxDepth = 120;

    private static readonly HashSet<string> TextCommands = new(StringComparer.Ordinal)
    {
        "text", "mbox", "textbf", "textrm", "textit", "mathrm", "mathbf", "mathit", "mathsf", "operatorname", "hbox", "textsf", "emph", "texttt", "boldsymbol", "bold", "mathcal", "bm", "textnormal",
    };

    // In these a single letter is one of the formula.
    private static readonly HashSet<string> LetterFonts = new(StringComparer.Ordinal) { "mathbf", "mathit", "mathsf", "mathcal", "boldsymbol", "bold", "bm" };

    private static readonly HashSet<string> Ignored = new(StringComparer.Ordinal)
    {
        "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr", "displaystyle", "textstyle", "limits", "nolimits", "quad", "qquad", "mathord", "mathstrut", "bf", "rm", "it", "thinspace",
    };

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "frac", "over", "sqrt", "binom", "times", "cdot", "div", "pi", "infty", "circ", "degree", "pm", "mp", "le", "ge", "lt", "gt", "cup", "cap", "setminus", "in", "ne", "emptyset", "mathbb",
        "lfloor", "rfloor", "lceil", "rceil", "overline", "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "log", "ln", "lg", "exp",
        "begin", "end", "alpha", "beta", "gamma", "delta", "theta", "lambda", "mu", "sigma", "phi", "omega", "rho", "tau", "epsilon", "psi", "Delta", "Omega", "varphi", "zeta", "eta", "kappa", "xi", "nu", "hline", "to", "abs", "lor", "land",
        "ell", "chi", "iota", "upsilon", "Gamma", "Lambda", "Theta", "Phi", "Psi", "Sigma", "Pi", "Xi", "vartheta", "varepsilon", "choose", "gcd", "max", "min", "sum", "prod", "bmod", "angle", "triangle",
    };

    private static readonly Dictionary<string, string> Same = new(StringComparer.Ordinal)
    {
        ["dfrac"] = "frac", ["tfrac"] = "frac", ["cfrac"] = "frac", ["dbinom"] = "binom", ["tbinom"] = "binom", ["leq"] = "le", ["geq"] = "ge", ["leqslant"] = "le", ["neq"] = "ne", ["dot"] = "overline", ["geqslant"] = "ge", ["less"] = "lt",
        ["backslash"] = "setminus", ["varnothing"] = "emptyset", ["bar"] = "overline", ["arcctg"] = "arccot", ["tg"] = "tan", ["ctg"] = "cot", ["ast"] = "times", ["bullet"] = "cdot", ["iff"] = "to", ["mod"] = "bmod",
    };

    private static readonly Dictionary<string, string> Brackets = new(StringComparer.Ordinal)
    {
        ["{"] = "set{", ["}"] = "set}", ["lbrace"] = "set{", ["rbrace"] = "set}", ["langle"] = "<(", ["rangle"] = ")>", ["lbrack"] = "[", ["rbrack"] = "]", ["lparen"] = "(", ["rparen"] = ")",
        ["vert"] = "|", ["lvert"] = "|", ["rvert"] = "|", ["mid"] = "|", ["%"] = "%", ["&"] = "&&",
    };

    private static readonly SearchValues<char> Formula = SearchValues.Create("0123456789\\=<>()");

    private readonly string _text;
    private readonly bool _thousands;
    private readonly List<MathToken> _tokens = [];
    private readonly Stack<char> _open = new();
    private int _at;
    private readonly bool _pairedDollars;
    private char? _delimiter;
    private bool _boxed;
    private int _pairs;
    private bool _space;

    private MathLexer(string text, bool thousands) => (_text, _thousands, _pairedDollars) = (text, thousands, !text.Contains('$', StringComparison.Ordinal) || (text.Count(c => c == '$') - Regex.Count(text, @"\\\$")) % 2 == 0);

    /// <summary>The tokens; null where the text is not whole (a bracket or a command's argument is missing) or holds a command that no answer holds.</summary>
    /// <param name="text">What <see cref="AnswerText.Clean"/> gave.</param>
    /// <param name="thousands">Whether <c>1,234</c> is one number where no bracket is open.</param>
    public static List<MathToken>? Read(string text, bool thousands)
    {
        MathLexer lexer = new(text, thousands);
        return lexer.Run() && lexer._open.Count == 0 && lexer._pairs == 0 && lexer._delimiter is null ? lexer._tokens : null;
    }

    [GeneratedRegex(@"\G(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+(?![a-zA-Z\d]))?")]
    private static partial Regex PlainNumber();

    [GeneratedRegex(@"\G\d{1,3}(,\d{3})+(?!,?\d)(\.\d*)?")]
    private static partial Regex SeparatedNumber();

    // The space after a line of a matrix: \\[4pt].
    [GeneratedRegex(@"\G\s*\[\s*-?\d*\.?\d+\s*(pt|em|ex|mm|cm|in|mu|\\jot)\s*\]")]
    private static partial Regex LineSpace();

    [GeneratedRegex(@"\G\.(?=\\(overline|bar|dot)\b)")]
    private static partial Regex PointBeforeBar();

    [GeneratedRegex(@"\G\p{L}+")]
    private static partial Regex Letters();

    private bool Run()
    {
        while (_at < _text.Length)
        {
            char c = _text[_at];
            if (c is ' ' or '~')
            {
                _space = true;
                _at++;
            }
            else if (char.IsAsciiDigit(c) || (c == '.' && _at + 1 < _text.Length && char.IsAsciiDigit(_text[_at + 1])))
            {
                ReadNumber();
            }
            else if (c == '.' && PointBeforeBar().IsMatch(_text, _at))
            {
                _at++;
                Add(TokenKind.Number, "0.");
            }
            else if (char.IsLetter(c))
            {
                string letters = Letters().Match(_text, _at).Value;
                _at += letters.Length;
                Add(letters.Length == 1 ? TokenKind.Letter : TokenKind.Word, letters);
            }
            else if (c == '\\' ? !ReadCommand() : !ReadSymbol(c))
            {
                return false;
            }
        }

        return true;
    }

    private void Add(TokenKind kind, string text)
    {
        _tokens.Add(new(kind, text, _space));
        _space = false;
    }

    private void ReadNumber()
    {
        Match separated = _thousands && _open.All(b => b == '{') ? SeparatedNumber().Match(_text, _at) : Match.Empty;
        Match match = separated.Success && !separated.Value.StartsWith('0') ? separated : PlainNumber().Match(_text, _at);
        _at += match.Length;
        Add(TokenKind.Number, match.Value.Replace(",", "", StringComparison.Ordinal));
    }

    private bool ReadSymbol(char c)
    {
        _at++;
        switch (c)
        {
            case '$':
                // A pair is a delimiter; one alone before a number is money.
                if (_pairedDollars)
                {
                    _space = true;
                    return true;
                }

                return AddCurrency("$");
            case '€' or '£' or '¥':
                return AddCurrency(c.ToString());
            case '*' when _at < _text.Length && _text[_at] == '*':
                _at++;
                Add(TokenKind.Symbol, "^");
                return true;
            case '<' or '>' when _at < _text.Length && _text[_at] == '=':
                _at++;
                Add(TokenKind.Command, c == '<' ? "le" : "ge");
                return true;
            case '(' or '[' or '{':
                Add(TokenKind.Symbol, c.ToString());
                return Open(c);
            case ')' or ']' or '}':
                Add(TokenKind.Symbol, c.ToString());
                return Close(c);
            case '+' or '-' or '*' or '/' or '^' or '_' or '=' or '<' or '>' or ',' or ';' or ':' or '|' or '!' or '%' or '.' or '?' or '\'' or '&':
                Add(TokenKind.Symbol, c.ToString());
                return true;
            default:
                return false;
        }
    }

    private bool AddCurrency(string sign)
    {
        Add(TokenKind.Currency, sign);
        return true;
    }

    private bool Open(char bracket)
    {
        _open.Push(bracket);
        return _open.Count <= MaxDepth;
    }

    // Half-open intervals close with the other bracket.
    private bool Close(char bracket) => _open.TryPop(out char open) && (bracket switch
    {
        '}' => open == '{',
        'S' => open == 'S',
        '>' => open == '<',
        _ => open is '(' or '[',
    });

    private bool ReadCommand()
    {
        _at++;
        if (_at == _text.Length)
        {
            return false;
        }

        string name = _text[_at].ToString();
        if (char.IsAsciiLetter(_text[_at]))
        {
            int end = _at;
            while (end < _text.Length && char.IsAsciiLetter(_text[end]))
            {
                end++;
            }

            name = _text[_at..end];
        }

        _at += name.Length;
        name = Same.GetValueOrDefault(name, name);
        if (name is "," or ";" or ":" or "!" or " " || Ignored.Contains(name))
        {
            _space = true;
            return true;
        }

        if (name is "left" or "right")
        {
            return Pair(opens: name == "left");
        }

        if (name is "boxed" or "fbox")
        {
            // Two boxes are two answers.
            (bool another, _boxed) = (_boxed, true);
            return !another;
        }

        if (name is "(" or ")" or "[" or "]")
        {
            return Delimit(name[0]);
        }

        if (name == "\\")
        {
            _at += LineSpace().Match(_text, _at).Length;
            Add(TokenKind.Symbol, "\\\\");
            return true;
        }

        if (name == "$")
        {
            return AddCurrency("$");
        }

        if (name == "pounds")
        {
            return AddCurrency("£");
        }

        if (TextCommands.Contains(name))
        {
            return ReadText(name);
        }

        if (Brackets.TryGetValue(name, out string? bracket))
        {
            // A set after a minus is taken away.
            if (bracket == "set{" && _tokens.Count > 1 && _tokens[^1].Is("-"))
            {
                _tokens[^1] = new(TokenKind.Command, "setminus", _tokens[^1].AfterSpace);
            }

            Add(TokenKind.Symbol, bracket);
            return bracket switch { "set{" => Open('S'), "<(" => Open('<'), "set}" => Close('S'), ")>" => Close('>'), _ => true };
        }

        if (!Known.Contains(name))
        {
            return false;
        }

        Add(TokenKind.Command, name);
        return true;
    }

    // \left and \right stand in pairs, each before a bracket or the full stop for none.
    private bool Pair(bool opens)
    {
        while (_at < _text.Length && _text[_at] == ' ')
        {
            _at++;
        }

        _pairs += opens ? 1 : -1;
        _space = true;
        if (_pairs < 0 || _at == _text.Length || !"()[]|.\\<>/".Contains(_text[_at], StringComparison.Ordinal))
        {
            return false;
        }

        _at += _text[_at] == '.' ? 1 : 0;
        return true;
    }

    // \( and \), \[ and \] stand in pairs, one pair after another.
    private bool Delimit(char delimiter)
    {
        bool opens = delimiter is '(' or '[', fits = opens ? _delimiter is null : _delimiter == (delimiter == ')' ? '(' : '[');
        (_delimiter, _space) = (opens ? delimiter : null, true);
        return fits;
    }

    // Text that is a formula in itself, such as \text{240,000} or \mathrm{132}, is read as one.
    private bool ReadText(string command)
    {
        while (_at < _text.Length && _text[_at] == ' ')
        {
            _at++;
        }

        if (_at == _text.Length || _text[_at] != '{')
        {
            return false;
        }

        int depth = 0, start = _at + 1;
        for (; _at < _text.Length; _at++)
        {
            depth += _text[_at] == '{' ? 1 : _text[_at] == '}' ? -1 : 0;
            if (depth == 0)
            {
                break;
            }
        }

        if (_at == _text.Length)
        {
            return false;
        }

        string content = _text[start.._at++].Replace('~', ' ');
        string trimmed = content.Trim();
        if (trimmed.Length == 0)
        {
            _space = true;
            return true;
        }

        // \mathrm{i} is the unit, \operatorname{sin} the function, \mathbf{v} a letter.
        if (trimmed is "i" or "e" || (trimmed.Length == 1 && char.IsAsciiLetter(trimmed[0]) && LetterFonts.Contains(command)) || (command is "operatorname" or "mathrm" && ExpressionParser.IsFunction(trimmed)))
        {
            Add(trimmed.Length == 1 ? TokenKind.Letter : TokenKind.Word, trimmed);
            return true;
        }

        if (content.AsSpan().ContainsAny(Formula))
        {
            // Words inside it stay text, so that \text{(A)} is no product.
            if (Read(content, _thousands && _open.All(b => b == '{')) is not { } inner)
            {
                return false;
            }

            _tokens.AddRange(inner.Select(t => t.Kind is TokenKind.Word or TokenKind.Letter ? t with { Kind = TokenKind.Text } : t));
            _space = true;
            return true;
        }

        Add(TokenKind.Text, trimmed);
        return true;
    }
}
