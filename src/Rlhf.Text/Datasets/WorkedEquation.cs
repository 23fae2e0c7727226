using System.Globalization;

namespace Rlhf.Datasets;

/// <summary>
/// An arithmetic expression worked out a line an operation, innermost first: <c>( ( 8.0 - 3.0 ) * 2.0 )</c> gives the steps
/// <c>8 - 3 = 5</c> and <c>5 * 2 = 10</c>. Operators + - * / with the usual precedence, and brackets.
/// </summary>
internal sealed class WorkedEquation
{
    private const int MaxDepth = 100;
    private const int MaxDecimals = 10;

    private readonly string _text;
    private readonly List<string> _steps = [];
    private int _position;
    private int _depth;

    private WorkedEquation(string text) => _text = text;

    public decimal Value { get; private set; }

    public IReadOnlyList<string> Steps => _steps;

    /// <summary>Whether every step's result is exact: false where one has more than ten decimals, as 10 / 3 has.</summary>
    public bool IsExact { get; private set; } = true;

    /// <exception cref="FormatException">The text is no such expression, divides by zero or leaves the range of numbers.</exception>
    public static WorkedEquation Parse(string text)
    {
        var equation = new WorkedEquation(text);
        try
        {
            equation.Value = equation.Sum();
        }
        catch (ArithmeticException e)
        {
            throw new FormatException($"it cannot be worked out: {e.Message}", e);
        }

        return equation.Peek() == '\0' ? equation : throw equation.Unexpected("an operator or the end");
    }

    /// <summary>A number without needless zeros.</summary>
    public static string Format(decimal value) => value.ToString("0.############################", CultureInfo.InvariantCulture);

    private decimal Sum()
    {
        decimal left = Product();
        while (Peek() is '+' or '-')
        {
            left = Step(left, _text[_position++], Product());
        }

        return left;
    }

    private decimal Product()
    {
        decimal left = Operand();
        while (Peek() is '*' or '/')
        {
            left = Step(left, _text[_position++], Operand());
        }

        return left;
    }

    private decimal Operand()
    {
        if (Peek() != '(')
        {
            return Number();
        }

        if (++_depth > MaxDepth)
        {
            throw new FormatException($"its brackets are nested deeper than {MaxDepth}.");
        }

        _position++;
        decimal value = Sum();
        if (Peek() != ')')
        {
            throw Unexpected("')'");
        }

        _position++;
        _depth--;
        return value;
    }

    private decimal Number()
    {
        int start = _position;
        if (_position < _text.Length && _text[_position] == '-')
        {
            _position++;
        }

        while (_position < _text.Length && (char.IsAsciiDigit(_text[_position]) || _text[_position] == '.'))
        {
            _position++;
        }

        if (decimal.TryParse(_text.AsSpan(start, _position - start), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal value))
        {
            return value;
        }

        _position = start;
        throw Unexpected("a number or '('");
    }

    private decimal Step(decimal left, char op, decimal right)
    {
        decimal result = op switch
        {
            '+' => left + right,
            '-' => left - right,
            '*' => left * right,
            _ => left / right,
        };
        IsExact &= decimal.Round(result, MaxDecimals) == result;
        _steps.Add($"{Format(left)} {op} {Format(right)} = {Format(result)}");
        return result;
    }

    // The next character that is no white space, or NUL at the end.
    private char Peek()
    {
        while (_position < _text.Length && char.IsWhiteSpace(_text[_position]))
        {
            _position++;
        }

        return _position < _text.Length ? _text[_position] : '\0';
    }

    private FormatException Unexpected(string expected) =>
        new($"expected {expected} at position {_position + 1}, found {(_position < _text.Length ? $"'{_text[_position]}'" : "the end")}.");
}
