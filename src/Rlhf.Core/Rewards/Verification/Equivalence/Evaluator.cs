using System.Numerics;
using static Rlhf.Rewards.Verification.Equivalence.OperationName;

namespace Rlhf.Rewards.Verification.Equivalence;

/// <summary>Values of expressions where every letter has one. Draws on <see cref="Work"/>: what takes longer is undefined.</summary>
internal sealed class Evaluator
{
    // On the real line; off it a function takes two.
    private const int CostOfFunction = 350;
    private const int MaxFactorial = 1000;

    private readonly Work _work = Work.Current;

    /// <summary>Whether logarithms of negative numbers are undefined rather than complex.</summary>
    public bool IsReal { get; init; }

    /// <summary>The value; undefined where a part of it is.</summary>
    public MathValue Evaluate(Expression expression, Func<string, ExactNumber?> letters)
    {
        if (_work.IsUsedUp)
        {
            return MathValue.Undefined;
        }

        switch (expression)
        {
            case Number number:
                return number.Value;
            case Symbol symbol:
                return letters(symbol.Name) is { } value ? value : MathValue.Undefined;
            case Constant constant:
                return constant.Name switch
                {
                    ConstantName.Pi => (BigComplex)BigFloat.Pi,
                    ConstantName.E => (BigComplex)BigFloat.Exp(BigFloat.One),
                    ConstantName.I => BigComplex.I,
                    _ => MathValue.Undefined,
                };
        }

        Operation operation = (Operation)expression;
        MathValue a = Evaluate(operation.Arguments[0], letters),
            b = operation.Arguments.Length > 1 ? Evaluate(operation.Arguments[1], letters) : default;
        bool isBinary = operation.Arguments.Length > 1;
        if (a.IsUndefined || (isBinary && b.IsUndefined) || !_work.Spend(CostOf(operation.Name, a, b)))
        {
            return MathValue.Undefined;
        }

        return Exactly(operation.Name, a.Exact, isBinary ? b.Exact : null) is { } exact ? exact : Approximately(operation.Name, a, b);
    }

    // The exact operations that take longer than an addition.
    private static long CostOf(OperationName name, MathValue a, MathValue b)
    {
        long bits = a.Exact is { } exact ? exact.Numerator.GetBitLength() + exact.Denominator.GetBitLength() : 0;
        return name switch
        {
            Factorial => bits < 12 ? 500 : 1,
            Binomial => bits < 12 ? 250 : 1,
            Power => b.Exact is { IsInteger: true } ? 5 + bits / 10 : 1,
            Sqrt or Root => 5 + bits / 10,
            Add or Subtract or Multiply or Divide or Gcd or Lcm => 1 + bits / 100,
            _ => 1,
        };
    }

    // Null where the result is not rational, too large or undefined.
    private static ExactNumber? Exactly(OperationName name, ExactNumber? first, ExactNumber? second)
    {
        if (first is not { } a)
        {
            return null;
        }

        if (second is { } b)
        {
            return name switch
            {
                Add => ExactNumber.Apply('+', a, b),
                Subtract => ExactNumber.Apply('-', a, b),
                Multiply => ExactNumber.Apply('*', a, b),
                Divide => ExactNumber.Apply('/', a, b),
                Power => b.IsInteger ? ExactNumber.Power(a, b.Numerator) : null,
                Root => a.IsInteger ? RootOf(b, a.Numerator) : null,
                Binomial => Choose(a, b),
                Modulo => a.IsInteger && b.IsInteger && b.Numerator.Sign > 0
                    ? ExactNumber.FromInteger(a.Numerator - b.Numerator * FloorOf(ExactNumber.Apply('/', a, b)!.Value))
                    : null,
                Gcd => a.IsInteger && b.IsInteger
                    ? ExactNumber.FromInteger(BigInteger.GreatestCommonDivisor(a.Numerator, b.Numerator))
                    : null,
                Lcm => a.IsInteger && b.IsInteger && !a.Numerator.IsZero && !b.Numerator.IsZero
                    ? ExactNumber.FromInteger(
                        BigInteger.Abs(a.Numerator * b.Numerator) / BigInteger.GreatestCommonDivisor(a.Numerator, b.Numerator)
                    )
                    : null,
                Maximum => a.CompareTo(b) > 0 ? a : b,
                Minimum => a.CompareTo(b) < 0 ? a : b,
                _ => null,
            };
        }

        return name switch
        {
            Negate => -a,
            Absolute => a.Numerator.Sign < 0 ? -a : a,
            Floor => ExactNumber.FromInteger(FloorOf(a)),
            Ceiling => ExactNumber.FromInteger(-FloorOf(-a)),
            Factorial => FactorialOf(a),
            Sqrt => RootOf(a, 2),
            _ => null,
        };
    }

    private static BigInteger FloorOf(ExactNumber a)
    {
        BigInteger quotient = BigInteger.DivRem(a.Numerator, a.Denominator, out BigInteger rest);
        return rest.Sign < 0 ? quotient - 1 : quotient;
    }

    private static ExactNumber? FactorialOf(ExactNumber a)
    {
        if (!a.IsInteger || a.Numerator.Sign < 0 || a.Numerator > MaxFactorial)
        {
            return null;
        }

        BigInteger product = BigInteger.One;
        for (int k = 2; k <= (int)a.Numerator; k++)
        {
            product *= k;
        }

        return ExactNumber.FromInteger(product);
    }

    private static ExactNumber? Choose(ExactNumber n, ExactNumber k)
    {
        if (!n.IsInteger || !k.IsInteger || n.Numerator.Sign < 0 || n.Numerator > MaxFactorial)
        {
            return null;
        }

        BigInteger result = BigInteger.One;
        if (k.Numerator.Sign < 0 || k.Numerator > n.Numerator)
        {
            return ExactNumber.FromInteger(BigInteger.Zero);
        }

        for (int i = 1; i <= (int)k.Numerator; i++)
        {
            result = result * ((int)n.Numerator - i + 1) / i;
        }

        return ExactNumber.FromInteger(result);
    }

    private static ExactNumber? RootOf(ExactNumber a, BigInteger degree)
    {
        const int MaxDegree = 64;
        if (degree < 1 || degree > MaxDegree || (a.Numerator.Sign < 0 && degree.IsEven))
        {
            return null;
        }

        return Whole(BigInteger.Abs(a.Numerator), (int)degree) is { } top && Whole(a.Denominator, (int)degree) is { } bottom
            ? ExactNumber.FromFraction(top * a.Numerator.Sign, bottom)
            : null;
    }

    // The whole number whose power this is, by Newton's method from above; null where there is none.
    private static BigInteger? Whole(BigInteger power, int degree)
    {
        BigInteger root = BigInteger.One << (int)(power.GetBitLength() / degree + 1);
        for (BigInteger next = root - 1; next < root; )
        {
            root = next;
            next = ((degree - 1) * root + power / BigInteger.Max(1, BigInteger.Pow(root, degree - 1))) / degree;
        }

        return BigInteger.Pow(root, degree) == power ? root : null;
    }

    private MathValue Approximately(OperationName name, MathValue first, MathValue second)
    {
        BigComplex a = first.Approximate,
            b = second.Approximate;
        if (
            !_work.Spend(
                name <= Negate || name is Absolute or Floor or Ceiling or Maximum or Minimum ? 5
                : first.IsReal && name is not (Arcsin or Arccos) ? CostOfFunction
                : 2 * CostOfFunction
            )
        )
        {
            return MathValue.Undefined;
        }

        if (IsReal && ((name == Ln && a.Re.Sign < 0) || (name == Logarithm && b.Re.Sign < 0)))
        {
            return MathValue.Undefined;
        }

        switch (name)
        {
            case Add:
                return a + b;
            case Subtract:
                return a - b;
            case Multiply:
                return a * b;
            case Divide:
                return a / b;
            case Negate:
                return -a;
            case Power:
                return PowerOf(a, second);
            case Root:
                return first.Exact is { IsInteger: true } degree ? RealRoot(b, degree.Numerator) : MathValue.Undefined;
            case Maximum or Minimum:
                return !first.IsReal || !second.IsReal ? MathValue.Undefined
                    : MathValue.Compare(first, second) > 0 == (name == Maximum) ? first
                    : second;
            case Logarithm:
                return BigComplex.Log(b) / BigComplex.Log(a);
            case Absolute:
                return (BigComplex)BigComplex.Abs(a);
            case Floor:
                return first.IsReal && a.Re.Floor() is { } floor && ExactNumber.FromInteger(floor) is { } whole
                    ? whole
                    : MathValue.Undefined;
            case Ceiling:
                return first.IsReal && (-a.Re).Floor() is { } below && ExactNumber.FromInteger(-below) is { } above
                    ? above
                    : MathValue.Undefined;
            case Sqrt:
                return BigComplex.Sqrt(a);
            case Exp:
                return BigComplex.Exp(a);
            case Ln:
                return BigComplex.Log(a);
            case Sin:
                return BigComplex.Sin(a);
            case Cos:
                return BigComplex.Cos(a);
            case Tan:
                return BigComplex.Sin(a) / BigComplex.Cos(a);
            case Cot:
                return BigComplex.Cos(a) / BigComplex.Sin(a);
            case Sec:
                return (BigComplex)1 / BigComplex.Cos(a);
            case Csc:
                return (BigComplex)1 / BigComplex.Sin(a);
            case Arcsin:
                return BigComplex.Asin(a);
            case Arccos:
                return BigFloat.Pi / 2 - BigComplex.Asin(a);
            case Arctan:
                return BigComplex.Atan(a);
            case Sinh:
                return (BigComplex.Exp(a) - BigComplex.Exp(-a)) / 2;
            case Cosh:
                return (BigComplex.Exp(a) + BigComplex.Exp(-a)) / 2;
            case Tanh:
                return (BigComplex.Exp(a) - BigComplex.Exp(-a)) / (BigComplex.Exp(a) + BigComplex.Exp(-a));
            default:
                return MathValue.Undefined;
        }
    }

    private static MathValue PowerOf(BigComplex a, MathValue exponent)
    {
        const int MaxBits = 40;
        return exponent.Exact is not { IsInteger: true } whole ? BigComplex.Pow(a, exponent.Approximate)
            : whole.Numerator.GetBitLength() <= MaxBits ? BigComplex.Pow(a, (long)whole.Numerator)
            : MathValue.Undefined;
    }

    private static MathValue RealRoot(BigComplex a, BigInteger degree)
    {
        if (degree < 1 || degree > 1000)
        {
            return MathValue.Undefined;
        }

        BigComplex inverse = (BigComplex)1 / (int)degree;
        return a.Im.Sign == 0 && a.Re.Sign < 0 && !degree.IsEven ? -BigComplex.Pow(-a, inverse) : BigComplex.Pow(a, inverse);
    }
}
