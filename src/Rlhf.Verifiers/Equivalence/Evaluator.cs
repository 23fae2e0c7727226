using System.Numerics;
using static Rlhf.Verification.Equivalence.OperationName;

namespace Rlhf.Verification.Equivalence;

/// <summary>Values of expressions where every letter has one. Draws on <see cref="Work"/>: what takes longer is undefined.</summary>
internal sealed class Evaluator
{
    private static readonly BigComplex Euler = BigComplex.Exp(1);

    private readonly Work _work = Work.Current;

    /// <summary>Where functions have a value.</summary>
    public Domain Domain { get; init; }

    /// <summary>The value; undefined where a part of it is.</summary>
    public MathValue Evaluate(Expression expression, Func<string, ExactNumber?> letters)
    {
        Stack<(Expression Tree, int Next)> open = new([(expression, 0)]);
        Stack<MathValue> values = new();
        while (open.TryPop(out (Expression Tree, int Next) top))
        {
            if (top.Next < top.Tree.Parts.Count)
            {
                open.Push((top.Tree, top.Next + 1));
                open.Push((top.Tree.Parts[top.Next], 0));
                continue;
            }

            MathValue value = top.Tree switch
            {
                Operation operation => Apply(operation, values),
                Opaque opaque => Print(opaque, values),
                _ => Leaf(top.Tree, letters),
            };

            // Whatever holds it is undefined as well.
            if (value.IsUndefined || _work.IsUsedUp)
            {
                return MathValue.Undefined;
            }

            values.Push(value);
        }

        return values.Pop();
    }

    private static MathValue Leaf(Expression leaf, Func<string, ExactNumber?> letters) =>
        leaf switch
        {
            Number number => number.Value,
            Symbol symbol => letters(symbol.Name) is { } value ? value : MathValue.Undefined,
            Constant { Name: ConstantName.Pi } => (BigComplex)BigFloat.Pi,
            Constant { Name: ConstantName.E } => Euler,
            Constant { Name: ConstantName.I } => BigComplex.I,
            _ => MathValue.Undefined,
        };

    private MathValue Print(Opaque opaque, Stack<MathValue> values)
    {
        MathValue[] arguments = new MathValue[opaque.Arguments.Length];
        for (int i = arguments.Length - 1; i >= 0; i--)
        {
            arguments[i] = values.Pop();
        }

        return _work.Spend(5 * (1 + arguments.Length)) ? Fingerprint.Of(opaque.Head, arguments) : MathValue.Undefined;
    }

    private MathValue Apply(Operation operation, Stack<MathValue> values)
    {
        bool isBinary = operation.Arguments.Length > 1;
        MathValue b = isBinary ? values.Pop() : default,
            a = values.Pop();
        return !_work.Spend(CostOfExact(operation.Name, a, b)) ? MathValue.Undefined
            : ExactOperations.Apply(operation.Name, a.Exact, isBinary ? b.Exact : null) is { } exact ? exact
            : Residues.Apply(operation.Name, a, b) is { } residues && Approximately(operation.Name, a, b) is { IsUndefined: false } large
                ? large.With(residues)
            : Approximately(operation.Name, a, b);
    }

    private bool IsDefined(OperationName name, MathValue a, MathValue b) =>
        name == Factorial
            ? a.Exact is { } n && Residues.HasFactorial(n)
            : Domain == Domain.Complex
                || name switch
                {
                    Ln => a.Approximate.Re.Sign >= 0,
                    Logarithm => b.Approximate.Re.Sign >= 0,
                    Sqrt when Domain == Domain.Real => a.Approximate.Re.Sign >= 0 && a.IsReal,
                    Root when Domain == Domain.Real => b.Approximate.Re.Sign >= 0
                        || a.Exact is { IsInteger: true, Numerator.IsEven: false },
                    Power when Domain == Domain.Real => a.Approximate.Re.Sign >= 0 || b.Exact is { Denominator.IsEven: false },
                    _ => true,
                };

    // Microseconds of what was not found exactly, on the real line; off it about twice as many.
    private static int CostOf(OperationName name, MathValue first, MathValue second)
    {
        int cost = name switch
        {
            Factorial => 1000,
            <= Negate or Absolute or Floor or Ceiling or Maximum or Minimum => 4,
            Sqrt => first.IsReal && first.Approximate.Re.Sign >= 0 ? 10 : 100,
            Exp => 30,
            Sin or Cos or Sec or Csc => 60,
            Power when second.Exact is { IsInteger: true } => 40,
            Power or Root => 160,
            Ln or Tan or Cot or Sinh or Cosh or Tanh => 120,
            Logarithm => 220,
            _ => 250,
        };
        return first.IsReal && second.IsReal ? cost : 2 * cost;
    }

    // The exact operations that take longer than an addition.
    private static long CostOfExact(OperationName name, MathValue a, MathValue b)
    {
        long bits = a.Exact is { } exact ? exact.Numerator.GetBitLength() + exact.Denominator.GetBitLength() : 0;
        return name switch
        {
            Factorial => a.Exact is { Numerator.Sign: > 0 } && bits < 16 ? 500 : 1,
            Binomial => bits <= 14 ? 500 : 1,
            Power => b.Exact is { IsInteger: true } ? 5 + bits / 10 : 1,
            Sqrt or Root => 5 + bits / 10,
            Add or Subtract or Multiply or Divide or Gcd or Lcm => 1 + bits / 100,
            _ => 1,
        };
    }

    private MathValue Approximately(OperationName name, MathValue first, MathValue second)
    {
        BigComplex a = first.Approximate,
            b = second.Approximate;
        if (!IsDefined(name, first, second) || !_work.Spend(CostOf(name, first, second)))
        {
            return MathValue.Undefined;
        }

        _work.MetUndefined |= name switch
        {
            Divide => b.IsZero,
            Ln => a.IsZero,
            Logarithm => b.IsZero || (a - 1).IsZero,
            Power => a.IsZero && !(b.Re.Sign > 0),
            _ => false,
        };

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
                return Domain == Domain.Real && a.Re.Sign < 0 && second.Exact is { IsInteger: false } rational
                    ? RealPower(a, rational)
                    : PowerOf(a, second);
            case Root:
                return first.Exact is { IsInteger: true } degree ? RealRoot(b, degree.Numerator)
                    : a.IsZero ? MathValue.Undefined
                    : BigComplex.Pow(b, (BigComplex)1 / a);
            case Maximum or Minimum:
                return !first.IsReal || !second.IsReal ? MathValue.Undefined
                    : MathValue.Compare(first, second) > 0 == (name == Maximum) ? first
                    : second;
            case Logarithm:
                return BigComplex.Log(b) / BigComplex.Log(a);
            case Factorial:
                return first.Exact is { } n && Residues.HasFactorial(n) ? FactorialOf((int)n.Numerator) : MathValue.Undefined;
            case Absolute:
                return BigComplex.Abs(a);
            case Floor:
                return first.IsReal && a.Floor() is { } floor && ExactNumber.FromInteger(floor) is { } whole ? whole : MathValue.Undefined;
            case Ceiling:
                return first.IsReal && (-a).Floor() is { } below && ExactNumber.FromInteger(-below) is { } above
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
                return (BigComplex)BigFloat.Pi / 2 - BigComplex.Asin(a);
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

    // Of a negative number, to an exponent with an odd denominator.
    private static MathValue RealPower(BigComplex a, ExactNumber exponent)
    {
        BigComplex size = BigComplex.Pow(-a, BigFloat.From(exponent));
        return exponent.Numerator.IsEven ? size : -size;
    }

    private static BigComplex FactorialOf(int n)
    {
        BigComplex product = 1;
        for (int k = 2; k <= n; )
        {
            // As many factors at a time as an int holds.
            int factors = k++;
            while (k <= n && (long)factors * k < int.MaxValue)
            {
                factors *= k++;
            }

            product *= factors;
        }

        return product;
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
