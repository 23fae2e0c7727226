using Rlhf.Verification.Equivalence;

namespace Rlhf.Verification.Answers;

/// <summary>What the equations of a text say.</summary>
/// <param name="Equations">How many there are.</param>
/// <param name="AllRight">Whether each holds exactly; an undefined side (a division by 0) makes one wrong.</param>
/// <param name="Result">The last side of the last one.</param>
internal readonly record struct EquationCheck(int Equations, bool AllRight, ExactNumber? Result);

/// <summary>
/// Finds and checks equations between numbers in running text. An equation has two sides or more and at least one operation;
/// what is part of something else (<c>x * 3 + 2 = 5</c>, <c>2 + 3 = 5 ^ 2</c>) is none. A side is
/// <code>
///   sum     = product (("+" | "-") product)*
///   product = factor (("*" | "/" | "×" | "÷" | "x") factor)*
///   factor  = "-"? ("(" sum ")" | "$"? decimal)
/// </code>
/// and stays on its line. A text with more than <see cref="MaxFactors"/> factors is not read to its end: it then has no equations.
/// </summary>
internal sealed class EquationReader
{
    private const int MaxFactors = 2000;
    private const int MaxDepth = 16;
    private const int Sum = 1;
    private const int Product = 2;
    private const char MinusSign = '\u2212';

    private readonly string _text;
    private int _at;
    private int _factors;
    private int _operations;

    private EquationReader(string text) => _text = text;

    /// <summary>Checks all equations of a text.</summary>
    public static EquationCheck Check(string text) => new EquationReader(text).Check();

    private EquationCheck Check()
    {
        EquationCheck check = new(0, true, null);
        while (_at < _text.Length && _factors <= MaxFactors)
        {
            int start = _at;
            if (!BeginsFactor(start))
            {
                _at++;
                continue;
            }

            if (TryEquation(out bool right, out ExactNumber? result) && IsFree(start) && Peek() is not ('^' or '*' or '/' or '×' or '÷'))
            {
                check = new(check.Equations + 1, check.AllRight && right, result);
            }
        }

        return _factors > MaxFactors ? default : check;
    }

    private bool TryEquation(out bool right, out ExactNumber? result)
    {
        right = true;
        _operations = 0;
        int start = _at,
            sides = 1;
        if (!TryOperations(Sum, 0, out result))
        {
            _at = start + 1;
            return false;
        }

        while (Peek() == '=')
        {
            int before = _at;
            SkipSpaces();
            _at++;
            SkipSpaces();
            if (!TryOperations(Sum, 0, out ExactNumber? side))
            {
                _at = before;
                break;
            }

            right &= side is not null && side == result;
            result = side;
            sides++;
        }

        return sides > 1 && _operations > 0;
    }

    /// <summary>
    /// Reads operations that bind at least this tightly. An operator without an operand after it ("= 8 - so") ends the side before it.
    /// </summary>
    private bool TryOperations(int tightness, int depth, out ExactNumber? value)
    {
        if (!TryFactor(depth, out value))
        {
            return false;
        }

        for (char sign = Peek(); Tightness(sign) >= tightness; sign = Peek())
        {
            int before = _at;
            SkipSpaces();
            _at++;
            SkipSpaces();
            if (!TryOperations(Tightness(sign) + 1, depth, out ExactNumber? operand))
            {
                _at = before;
                break;
            }

            _operations++;
            char operation =
                sign is '+' ? '+'
                : sign is '/' or '÷' ? '/'
                : Tightness(sign) == Sum ? '-'
                : '*';
            value = value is { } a && operand is { } b ? ExactNumber.Apply(operation, a, b) : null;
        }

        return true;
    }

    private static int Tightness(char sign) =>
        sign switch
        {
            '+' or '-' or MinusSign => Sum,
            '*' or '/' or '×' or '÷' or 'x' or 'X' => Product,
            _ => 0,
        };

    private bool TryFactor(int depth, out ExactNumber? value)
    {
        value = null;
        if (_at >= _text.Length || ++_factors > MaxFactors)
        {
            return false;
        }

        bool negative = _text[_at] is '-' or MinusSign;
        _at += negative ? 1 : 0;
        if (_at < _text.Length && _text[_at] == '(')
        {
            if (depth == MaxDepth)
            {
                return false;
            }

            _at++;
            SkipSpaces();
            if (!TryOperations(Sum, depth + 1, out value) || Peek() != ')')
            {
                return false;
            }

            SkipSpaces();
            _at++;
        }
        else
        {
            _at += _at < _text.Length && _text[_at] == '$' ? 1 : 0;
            int end = NumberText.EndOfDecimal(_text, _at);
            if (end == _at)
            {
                return false;
            }

            value = ExactNumber.FromDigits(_text.AsSpan(_at, end - _at));
            _at = end;
        }

        value = negative ? -value : value;
        return true;
    }

    private bool BeginsFactor(int at) =>
        char.IsAsciiDigit(_text[at])
        || _text[at] is '(' or '$'
        || (
            _text[at] is '.' or '-' or MinusSign
            && at + 1 < _text.Length
            && (char.IsAsciiDigit(_text[at + 1]) || _text[at + 1] is '(' or '$')
        );

    // Whether what begins here is not the rest of a name or of a larger expression. An operator that begins a line is a bullet.
    private bool IsFree(int start)
    {
        if (start > 0 && (char.IsLetterOrDigit(_text[start - 1]) || _text[start - 1] == '_'))
        {
            return false;
        }

        int before = LastNonSpace(start - 1);
        if (before < 0 || _text[before] is not ('^' or '+' or '-' or MinusSign or '*' or '/' or '×' or '÷'))
        {
            return true;
        }

        int beforeOperator = LastNonSpace(before - 1);
        return before < start - 1 && (beforeOperator < 0 || _text[beforeOperator] == '\n');
    }

    private int LastNonSpace(int at)
    {
        while (at >= 0 && _text[at] is ' ' or '\t')
        {
            at--;
        }

        return at;
    }

    /// <summary>The next character that is not a space; a line break where none is left.</summary>
    private char Peek()
    {
        int at = _at;
        while (at < _text.Length && _text[at] is ' ' or '\t')
        {
            at++;
        }

        return at < _text.Length ? _text[at] : '\n';
    }

    private void SkipSpaces()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\t')
        {
            _at++;
        }
    }
}
