namespace Rlhf.Verification.Equivalence;

/// <summary>
/// What one comparison may still cost, all its evaluations together, in units of about a microsecond. Where nothing is left, values are
/// undefined.
/// </summary>
internal sealed class Work
{
    private const int Units = 16_000;

    [ThreadStatic]
    private static Work? _current;

    private readonly Dictionary<Expression, MathValue> _constants = new(ReferenceEqualityComparer.Instance);
    private int _left = Units;

    /// <summary>That of the comparison on this thread.</summary>
    public static Work Current => _current ??= new();

    /// <summary>Whether it is used up: then nothing is said to be equal.</summary>
    public bool IsUsedUp => _left < 0;

    /// <summary>Whether something without a value was met, such as a division by 0.</summary>
    public bool MetUndefined { get; set; }

    /// <summary>Starts a comparison.</summary>
    public static void Begin() => _current = new();

    /// <summary>Takes from what is left; false where it is not enough.</summary>
    public bool Spend(long units)
    {
        _left = (int)Math.Max(-1, _left - units);
        return _left >= 0;
    }

    /// <summary>The value of an expression without letters, found once.</summary>
    public MathValue Constant(Expression expression)
    {
        if (!_constants.TryGetValue(expression, out MathValue value))
        {
            value = new Evaluator().Evaluate(expression, name => name == ExpressionParser.Degree ? ExactNumber.FromInteger(1) : null);
            _constants.Add(expression, value);
        }

        return value;
    }
}
