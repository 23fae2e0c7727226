using System.Text.RegularExpressions;

namespace Rlhf.Verification.Equivalence;

/// <summary>Cuts an answer into tokens. Knows the commands that an answer may hold: any other makes it no answer.</summary>
internal sealed partial class MathLexer
{
    // Brackets within brackets, and text within text.
    private const int MaxDepth = 40;
    private const int MaxTexts = 4;

    private readonly string _text;
    private readonly bool _thousands;
    private readonly int _depth;
    private readonly List<MathToken> _tokens = [];
    private readonly Stack<char> _open = new();
    private readonly bool _pairedDollars;
    private int _at;
    private char? _delimiter;
    private bool _boxed;
    private int _pairs;
    private bool _space;

    private MathLexer(string text, bool thousands, int depth) =>
        (_text, _thousands, _depth, _pairedDollars) = (
            text,
            thousands,
            depth,
            !text.Contains('$', StringComparison.Ordinal) || (text.Count(c => c == '$') - Regex.Count(text, @"\\\$")) % 2 == 0
        );

    /// <summary>
    /// The tokens; null where the text is not whole (a bracket or a command's argument is missing) or holds a command that no answer holds.
    /// </summary>
    /// <param name="text">What <see cref="AnswerText.Clean"/> gave.</param>
    /// <param name="thousands">Whether <c>1,234</c> is one number where no bracket is open.</param>
    /// <param name="depth">How many texts it stands in.</param>
    public static List<MathToken>? Read(string text, bool thousands, int depth = 0)
    {
        MathLexer lexer = new(text, thousands, depth);
        return depth <= MaxTexts && lexer.Run() && lexer._open.Count == 0 && lexer._pairs == 0 && lexer._delimiter is null
            ? lexer._tokens
            : null;
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

    [GeneratedRegex(@"\G *(\\left *)?\(")]
    private static partial Regex ArgumentStart();

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
        int end = _at;
        while (end < _text.Length && char.IsAsciiDigit(_text[end]))
        {
            end++;
        }

        // Digits alone, as nearly all are.
        if (end > _at && (end == _text.Length || _text[end] is not ('.' or ',' or 'e' or 'E')))
        {
            Add(TokenKind.Number, _text[_at..end]);
            _at = end;
            return;
        }

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
            case '€' or '£' or '¥' or '₹':
                return AddCurrency(c.ToString());
            case '*' when _at < _text.Length && _text[_at] == '*':
                _at++;
                Add(TokenKind.Symbol, "^");
                return true;
            case '<' or '>' when _at < _text.Length && _text[_at] == '=':
                _at++;
                Add(TokenKind.Command, c == '<' ? "le" : "ge");
                return true;
            case '.' when _text.AsSpan(_at - 1).StartsWith("...", StringComparison.Ordinal):
                _at += 2;
                Add(TokenKind.Command, "ldots");
                return true;
            // 5..6 is no number; 5!! is no factorial of a factorial.
            case '.' or '!' when _at > 1 && _text[_at - 2] == c:
                return false;
            case '(' or '[' or '{':
                Add(TokenKind.Symbol, c.ToString());
                return Open(c);
            case ')' or ']' or '}':
                Add(TokenKind.Symbol, c.ToString());
                return Close(c);
            case '+'
            or '-'
            or '*'
            or '/'
            or '^'
            or '_'
            or '='
            or '<'
            or '>'
            or ','
            or ';'
            or ':'
            or '|'
            or '!'
            or '%'
            or '.'
            or '?'
            or '\''
            or '&':
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
    private bool Close(char bracket) =>
        _open.TryPop(out char open)
        && (
            bracket switch
            {
                '}' => open == '{',
                'S' => open == 'S',
                '>' => open == '<',
                _ => open is '(' or '[',
            }
        );
}
