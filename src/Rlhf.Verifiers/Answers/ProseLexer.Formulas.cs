namespace Rlhf.Verification.Answers;

/// <content>Delimiters of formulas, and commands of LaTeX outside them.</content>
internal sealed partial class ProseLexer
{
    private const int MostArguments = 3;

    // A backslash: a delimiter, a command with its arguments, or a sign.
    private void Command()
    {
        char next = Peek(1);
        switch (next)
        {
            case '(' when Closing("\\)", _at + 2) is { } end:
                Add(ProseKind.Formula, end + 2 - _at);
                return;
            case '[' when Closing("\\]", _at + 2) is { } end:
                Add(ProseKind.Formula, end + 2 - _at);
                return;
            case '(' or '[' or '{':
                Add(ProseKind.Open, 2);
                return;
            case ')' or ']' or '}':
                Add(ProseKind.Close, 2);
                return;
            case '$':
                // \$5
                int number = _at + 2 < _text.Length && char.IsDigit(_text[_at + 2]) ? NumberLength(_at + 2) : 0;
                Add(number > 0 ? ProseKind.Number : ProseKind.Other, 2 + number);
                return;
            case '%':
                Add(ProseKind.Postfix, 2);
                return;
            case '\\':
                Add(ProseKind.Line, 2);
                return;
        }

        if (!char.IsAsciiLetter(next))
        {
            _at += Math.Min(2, _text.Length - _at); // a space, or nothing that is known
            return;
        }

        int letters = _at + 1;
        while (letters < _text.Length && char.IsAsciiLetter(_text[letters]))
        {
            letters++;
        }

        string name = _text[(_at + 1)..letters];
        switch (name)
        {
            case "left" or "right" or "quad" or "qquad" or "displaystyle" or "textstyle" or "big" or "Big" or "bigl" or "bigr":
                _at = letters;
                return;
            case "times" or "cdot" or "div" or "pm" or "mp" or "cup" or "cap" or "setminus":
                Add(ProseKind.Operator, letters - _at);
                return;
            case "approx" or "le" or "leq" or "ge" or "geq" or "ne" or "neq" or "lt" or "gt" or "in" or "equiv" or "sim" or "cong":
                Add(ProseKind.Relation, letters - _at);
                return;
            case "Rightarrow" or "rightarrow" or "implies" or "iff" or "therefore" or "Longrightarrow" or "to" or "Leftrightarrow":
                Add(ProseKind.Stop, letters - _at);
                return;
            case "sin" or "cos" or "tan" or "log" or "ln" or "exp" or "arcsin" or "arccos" or "arctan" or "cot" or "sec" or "csc":
                Add(ProseKind.Function, letters - _at);
                return;
            default:
                Add(ProseKind.Formula, Arguments(letters) - _at);
                return;
        }
    }

    // \frac{1}{2}, \sqrt[3]{2}, \frac12, \sqrt2: where the arguments end.
    private int Arguments(int at)
    {
        int end = at;
        for (int i = 0; i < MostArguments && end < _text.Length; i++)
        {
            if (_text[end] == '[' && i == 0 && _text.AsSpan(end, Math.Min(12, _text.Length - end)).IndexOf(']') is > 0 and var close)
            {
                end += close + 1;
            }
            else if (_text[end] == '{' && Braced(end) is { } braced)
            {
                end = braced;
            }
            else
            {
                break;
            }
        }

        return end == at ? End(at) : end;

        int End(int from)
        {
            while (from < _text.Length && char.IsDigit(_text[from]))
            {
                from++;
            }

            return from;
        }
    }

    // Where a group in braces ends; null where it does not within its paragraph.
    private int? Braced(int at)
    {
        if (_unclosed.TryGetValue("}", out int from) && at >= from)
        {
            return null;
        }

        int depth = 0;
        for (int i = at; i < _text.Length; i++)
        {
            switch (_text[i])
            {
                case '\\':
                    i++;
                    break;
                case '{':
                    depth++;
                    break;
                case '}' when --depth == 0:
                    return i + 1;
            }
        }

        _unclosed["}"] = at;
        return null;
    }

    // A dollar sign begins a formula, or says what money a number is.
    private void Dollar()
    {
        if (Peek(1) == '$')
        {
            Add(ProseKind.Formula, (Closing("$$", _at + 2) is { } both ? both + 2 : _at + 2) - _at);
            return;
        }

        if (InlineEnd() is { } end)
        {
            Add(ProseKind.Formula, end + 1 - _at);
            return;
        }

        int sign = Peek(1) is '-' or '\u2212' ? 1 : 0;
        int number = char.IsDigit(Peek(1 + sign)) ? NumberLength(_at + 1 + sign) : 0;
        Add(number > 0 ? ProseKind.Number : ProseKind.Other, 1 + (number > 0 ? sign + number : 0));
    }

    // As Pandoc has it: no space inside either sign, no digit after the second; or a space inside both. It stays in its paragraph.
    private int? InlineEnd()
    {
        bool spaced = Peek(1) is ' ';
        for (int at = _text.IndexOf('$', _at + 1); at >= 0; at = _text.IndexOf('$', at + 1))
        {
            if (_text[at - 1] == '\\')
            {
                continue;
            }

            ReadOnlySpan<char> inside = _text.AsSpan((_at + 1)..at);
            return
                inside.Length == 0
                || inside.Contains("\n\n", StringComparison.Ordinal)
                || spaced != char.IsWhiteSpace(inside[^1])
                || (at + 1 < _text.Length && char.IsAsciiDigit(_text[at + 1]))
                ? null
                : at;
        }

        return null;
    }

    private int? Closing(string mark, int from)
    {
        if (_unclosed.TryGetValue(mark, out int none) && from >= none)
        {
            return null;
        }

        int at = _text.IndexOf(mark, from, StringComparison.Ordinal);
        if (at < 0)
        {
            _unclosed[mark] = from;
        }

        return at < 0 ? null : at;
    }
}
