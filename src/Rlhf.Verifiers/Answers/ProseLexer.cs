using System.Globalization;
using System.Text;

namespace Rlhf.Verification.Answers;

/// <summary>Cuts running text with formulas into pieces, from left to right and in linear time.</summary>
internal sealed partial class ProseLexer
{
    private const string Superscripts = "²³¹⁰⁴⁵⁶⁷⁸⁹ⁿ⁻⁺½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞";

    private static readonly HashSet<string> Functions = new(StringComparer.OrdinalIgnoreCase)
    {
        "sin",
        "cos",
        "tan",
        "cot",
        "sec",
        "csc",
        "arcsin",
        "arccos",
        "arctan",
        "log",
        "ln",
        "exp",
        "sqrt",
        "cbrt",
        "pi",
        "gcd",
        "lcm",
        "max",
        "min",
        "abs",
        "floor",
        "ceil",
        "mod",
        "infinity",
    };

    private readonly string _text;
    private readonly List<ProseToken> _tokens = [];
    private int _at;

    // From where on no formula is closed, by its closing mark.
    private readonly Dictionary<string, int> _unclosed = new(StringComparer.Ordinal);

    private ProseLexer(string text) => _text = text;

    /// <summary>The pieces, in order; what lies between them is white space.</summary>
    public static List<ProseToken> Read(string text)
    {
        ProseLexer lexer = new(text);
        while (lexer._at < text.Length)
        {
            lexer.Next();
        }

        return lexer._tokens;
    }

    private void Next()
    {
        char c = _text[_at];
        if (c == '\n')
        {
            Add(ProseKind.Line, 1);
        }
        else if (char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format)
        {
            _at++;
        }
        else if (c == '\\')
        {
            Command();
        }
        else if (c == '$')
        {
            Dollar();
        }
        else if (char.IsDigit(c) || (c == '.' && char.IsDigit(Peek(1)) && !char.IsLetterOrDigit(Peek(-1)) && Peek(-1) != '.'))
        {
            Add(ProseKind.Number, NumberLength(_at));
        }
        else if (c is '€' or '£' or '¥')
        {
            // Before the number, or after it.
            int length = char.IsDigit(Peek(1)) ? 1 + NumberLength(_at + 1) : 1;
            Add(length > 1 ? ProseKind.Number : ProseKind.Postfix, length);
        }
        else if (char.IsLetter(c))
        {
            Word();
        }
        else
        {
            Sign(c);
        }
    }

    private void Sign(char c)
    {
        switch (c)
        {
            case '(' or '[' or '{':
                Add(ProseKind.Open, 1);
                break;
            case ')' or ']' or '}':
                Add(ProseKind.Close, 1);
                break;
            case '-' when Peek(1) == '>':
                Add(ProseKind.Stop, 2);
                break;
            case '=' when Peek(1) == '>' && Peek(2) is ' ':
                Add(ProseKind.Stop, 2);
                break;
            case '=' or '<' or '>' or '≤' or '≥' or '≠' or '≈' or '≡' or '∈' or '≅' or '~' when c != '~' || char.IsDigit(Peek(1)):
                Add(ProseKind.Relation, Peek(1) == '=' ? 2 : 1);
                break;
            case '+'
            or '*'
            or '/'
            or '^'
            or '_'
            or '×'
            or '·'
            or '÷'
            or '√'
            or '∛'
            or '±'
            or '∪'
            or '∩'
            or '\u2212'
            or '\u2213'
            or '∑'
            or '∫':
                Add(ProseKind.Operator, c == '*' && Peek(1) == '*' ? 2 : 1);
                break;
            case '-' or '\u2013' or '\u2010' or '\u2011':
                Add(ProseKind.Operator, 1);
                break;
            case '!' or '%' or '°' or '‰' or '\'' or '′':
                Add(ProseKind.Postfix, 1);
                break;
            case '|' or '∞' or '∅':
                Add(c == '|' ? ProseKind.Operator : ProseKind.Formula, 1);
                break;
            case ',' or ';' or ':' or '：' or '，' or '；' or '、':
                Add(ProseKind.Joiner, 1);
                break;
            case '.' when Peek(1) == '.' && Peek(2) == '.':
            case '…':
                // 0.333... is not 0.333; "wait...5" is 5.
                Add(char.IsDigit(Peek(-1)) ? ProseKind.Postfix : ProseKind.Stop, c == '…' ? 1 : 3);
                break;
            case '.' or '?' or '。' or '？' or '！' or '→' or '⇒' or '⟹' or '⟶' or '∴':
                Add(ProseKind.Stop, 1);
                break;
            default:
                if (Superscripts.Contains(c, StringComparison.Ordinal))
                {
                    Add("½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞".Contains(c, StringComparison.Ordinal) ? ProseKind.Formula : ProseKind.Postfix, 1);
                }
                else if (Rune.TryGetRuneAt(_text, _at, out Rune rune) && rune.Utf16SequenceLength == 2)
                {
                    // 𝟓 is a digit.
                    Add(
                        Rune.IsDigit(rune) ? ProseKind.Number
                            : Rune.IsLetter(rune) ? ProseKind.Letter
                            : ProseKind.Other,
                        2
                    );
                }
                else
                {
                    Add(ProseKind.Other, 1);
                }

                break;
        }
    }

    // Digits of any script, with points and commas between them.
    private int NumberLength(int start)
    {
        int at = start;
        while (
            at < _text.Length
            && (char.IsDigit(_text[at]) || (_text[at] is '.' or ',' && at + 1 < _text.Length && char.IsDigit(_text[at + 1])))
        )
        {
            at++;
        }

        // 1.5e3
        if (at < _text.Length && _text[at] is 'e' or 'E')
        {
            int exponent = at + 1 < _text.Length && _text[at + 1] is '-' or '+' ? at + 2 : at + 1;
            int end = exponent;
            while (end < _text.Length && char.IsAsciiDigit(_text[end]))
            {
                end++;
            }

            at = end > exponent && !(end < _text.Length && char.IsLetter(_text[end])) ? end : at;
        }

        return at - start;
    }

    private void Word()
    {
        int end = _at;
        while (
            end < _text.Length
            && (char.IsLetter(_text[end]) || (_text[end] is '\'' or '’' && end + 1 < _text.Length && char.IsLetter(_text[end + 1])))
        )
        {
            end++;
        }

        string word = _text[_at..end];
        Add(
            Functions.Contains(word) ? ProseKind.Function
                : word.Length == 1 || IsProduct(word, end) ? ProseKind.Letter
                : word.Equals("or", StringComparison.OrdinalIgnoreCase) || word.Equals("and", StringComparison.OrdinalIgnoreCase)
                    ? ProseKind.Joiner
                : ProseKind.Word,
            end - _at
        );
    }

    // "= mx + 1": letters between signs.
    private bool IsProduct(string word, int end)
    {
        if (
            word.Length > 3
            || _tokens.Count == 0
            || _tokens[^1].Kind is not (ProseKind.Operator or ProseKind.Relation)
            || word is "or" or "and"
        )
        {
            return false;
        }

        int next = end;
        while (next < _text.Length && _text[next] == ' ')
        {
            next++;
        }

        return next < _text.Length && _text[next] is '+' or '-' or '\u2212' or '*' or '/' or '^' or '=';
    }

    // A script that writes no spaces between words and numbers.
    private static bool IsIdeograph(char c) => char.GetUnicodeCategory(c) == UnicodeCategory.OtherLetter;

    private char Peek(int ahead) => _at + ahead >= 0 && _at + ahead < _text.Length ? _text[_at + ahead] : '\n';

    private void Add(ProseKind kind, int length)
    {
        bool spaced =
            _tokens.Count == 0
            || _tokens[^1].End < _at
            || _tokens[^1].Kind == ProseKind.Line
            || IsIdeograph(_text[_at])
            || IsIdeograph(_text[_at - 1]);
        _tokens.Add(new(kind, _at, _at + length, spaced));
        _at += length;
    }
}
