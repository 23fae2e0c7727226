using System.Buffers;
using System.Text.RegularExpressions;

namespace Rlhf.Verification.Equivalence;

/// <content>Commands, their pairs, and text.</content>
internal sealed partial class MathLexer
{
    private static readonly SearchValues<char> Formula = SearchValues.Create("0123456789\\=<>()");

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
        name = MathCommands.Same.GetValueOrDefault(name, name);
        if (name is "," or ";" or ":" or "!" or " " || MathCommands.Ignored.Contains(name))
        {
            _space = true;
            return true;
        }

        if (name == "not")
        {
            return ReadNegated();
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

        if (MathCommands.TextCommands.Contains(name))
        {
            return ReadText(name);
        }

        if (MathCommands.Brackets.TryGetValue(name, out string? bracket))
        {
            // A set after a minus is taken away.
            if (bracket == "set{" && _tokens.Count > 1 && _tokens[^1].Is("-"))
            {
                _tokens[^1] = new(TokenKind.Command, "setminus", _tokens[^1].AfterSpace);
            }

            Add(TokenKind.Symbol, bracket);
            return bracket switch
            {
                "set{" => Open('S'),
                "<(" => Open('<'),
                "set}" => Close('S'),
                // |ψ⟩ opens with a bar.
                ")>" => !_open.Contains('<') || Close('>'),
                _ => true,
            };
        }

        if (!MathCommands.Known.Contains(name))
        {
            return false;
        }

        Add(TokenKind.Command, name);
        return true;
    }

    // \not= and \not\equiv
    private bool ReadNegated()
    {
        Match negated = Negated().Match(_text, _at);
        if (!negated.Success)
        {
            return false;
        }

        _at += negated.Length;
        Add(
            TokenKind.Command,
            negated.Groups[1].Value switch
            {
                "" => "ne",
                "in" => "notin",
                var name => "n" + name,
            }
        );
        return true;
    }

    [GeneratedRegex(@"\G\s*(?:=|\\(in|equiv|sim|cong|parallel|subset|subseteq|exists)(?![a-zA-Z]))")]
    private static partial Regex Negated();

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
        bool opens = delimiter is '(' or '[',
            fits = opens ? _delimiter is null : _delimiter == (delimiter == ')' ? '(' : '[');
        (_delimiter, _space) = (opens ? delimiter : null, true);
        return fits;
    }

    // Whether the last token is an index, as in H_2 or H_{2}.
    private bool IsAfterIndex() =>
        (_tokens.Count > 2 && _tokens[^1].Kind == TokenKind.Number && _tokens[^2].Is("_"))
        || (_tokens.Count > 4 && _tokens[^1].Is("}") && _tokens[^3].Is("{") && _tokens[^4].Is("_"));

    [GeneratedRegex("^[A-Z][a-z]?$")]
    private static partial Regex Element();

    [GeneratedRegex("^([A-Z][a-z]?|[0-9]|_|[{}()^+-])+$", RegexOptions.NonBacktracking)]
    private static partial Regex Compound();

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

        int depth = 0,
            start = _at + 1;
        for (; _at < _text.Length; _at++)
        {
            depth +=
                _text[_at] == '{' ? 1
                : _text[_at] == '}' ? -1
                : 0;
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
        if (
            trimmed is "i" or "e"
            || (trimmed.Length == 1 && char.IsAsciiLetter(trimmed[0]) && MathCommands.LetterFonts.Contains(command))
            || (command is "operatorname" or "mathrm" && ExpressionParser.IsFunction(trimmed))
            || (command == "text" && trimmed is "lcm" or "gcd" or "max" or "min" && ArgumentStart().IsMatch(_text, _at))
        )
        {
            Add(trimmed.Length == 1 ? TokenKind.Letter : TokenKind.Word, trimmed);
            return true;
        }

        // \operatorname{sgn}(x), \text{Var}(X)
        if (
            (command == "operatorname" || ExpressionParser.IsOpaqueFunction(trimmed))
            && trimmed.All(char.IsAsciiLetter)
            && ArgumentStart().IsMatch(_text, _at)
        )
        {
            Add(TokenKind.Command, trimmed);
            return true;
        }

        // \mathrm{H_2O}, \text{H}_2\text{O}, \mathrm{d}x: letters of the formula, not of a word.
        if (
            (trimmed == "d" && command == "mathrm" && _at < _text.Length && (char.IsAsciiLetter(_text[_at]) || _text[_at] is '\\' or ' '))
            || (Element().IsMatch(trimmed) && ((_at < _text.Length && _text[_at] == '_') || (start > 2 && IsAfterIndex())))
            || (trimmed.Contains('_', StringComparison.Ordinal) && Compound().IsMatch(trimmed))
        )
        {
            if (Read(trimmed, thousands: false, _depth + 1) is not { } letters)
            {
                return false;
            }

            _tokens.AddRange(letters);
            return true;
        }

        if (content.AsSpan().ContainsAny(Formula))
        {
            // Words inside it stay text, so that \text{(A)} is no product.
            if (Read(content, _thousands && _open.All(b => b == '{'), _depth + 1) is not { } inner)
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
