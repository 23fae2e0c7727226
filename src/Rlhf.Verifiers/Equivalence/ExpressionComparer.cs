namespace Rlhf.Verification.Equivalence;

/// <summary>Whether two expressions say the same; the first is the reference.</summary>
internal static class ExpressionComparer
{
    // From so many places a rounded decimal may stand for a number that has none.
    private const int LeastDecimals = 6;

    /// <summary>Whether two expressions have the same value, wherever they have one.</summary>
    public static bool AreEqual(Expression gold, Expression answer)
    {
        if (!Work.Current.Spend(5))
        {
            return false;
        }

        if (Infinite(gold) is not { } a || Infinite(answer) is not { } b)
        {
            // ∞/∞
            Work.Current.MetUndefined = true;
            return false;
        }

        if (a != 0 || b != 0)
        {
            return a == b;
        }

        bool constant = !gold.Symbols().Concat(answer.Symbols()).Any(s => s != ExpressionParser.Degree);
        return constant
            ? ConstantsEqual(Work.Current.Constant(gold), Work.Current.Constant(answer), answer)
            : EverywhereEqual(gold, answer);
    }

    private static bool ConstantsEqual(MathValue gold, MathValue answer, Expression written)
    {
        if (gold.IsUndefined || answer.IsUndefined)
        {
            return false;
        }

        if (MathValue.AreEqual(gold, answer))
        {
            return true;
        }

        // A number that no finite decimal gives may be rounded.
        if (
            written is not Number { Decimals: >= LeastDecimals and { } decimals, Value.Numerator.IsZero: false }
            || !gold.IsReal
            || gold.Exact is { IsFiniteDecimal: true }
        )
        {
            return false;
        }

        BigFloat half = BigFloat.From(ExactNumber.FromFraction(1, 2 * System.Numerics.BigInteger.Pow(10, decimals)) ?? default);
        return BigFloat.Compare(BigFloat.Abs(gold.Approximate.Re - answer.Approximate.Re), half) <= 0;
    }

    // As complex numbers, or on the part of the real line where both have a value: √(1/n) is 1/√n there.
    private static bool EverywhereEqual(Expression gold, Expression answer)
    {
        Domain domain = gold.Any(IsImaginary) || answer.Any(IsImaginary) ? Domain.Complex : Domain.RealLogarithms;
        return EverywhereEqual(gold, answer, domain)
            || (domain != Domain.Complex && (gold.Any(IsRoot) || answer.Any(IsRoot)) && EverywhereEqual(gold, answer, Domain.Real));

        static bool IsImaginary(Expression e) => e is Constant { Name: ConstantName.I };

        static bool IsRoot(Expression e) =>
            e is Operation { Name: OperationName.Sqrt or OperationName.Root }
            || (
                e is Operation { Name: OperationName.Power, Arguments: [_, var exponent] }
                && exponent is not Number { Value.IsInteger: true }
            );
    }

    private static bool EverywhereEqual(Expression gold, Expression answer, Domain domain)
    {
        const int Enough = 2;
        int seen = 0,
            tried = 0;
        (int usual, bool whole, IEnumerable<Func<string, ExactNumber?>> points) = SamplePoints.Of(gold, answer);
        foreach (Func<string, ExactNumber?> point in points)
        {
            if ((tried++ >= usual && seen >= Enough) || Work.Current.IsUsedUp)
            {
                break;
            }

            MathValue a = new Evaluator { Domain = domain }.Evaluate(gold, point),
                b = new Evaluator { Domain = domain }.Evaluate(answer, point);

            // (n − k)! has no value where k is greater, and the binomial coefficient is 0.
            if (whole && a.IsUndefined != b.IsUndefined)
            {
                continue;
            }

            if (a.IsUndefined != b.IsUndefined || (!a.IsUndefined && !MathValue.AreEqual(a, b)))
            {
                return false;
            }

            seen += a.IsUndefined ? 0 : 1;
        }

        return seen >= Enough && !Work.Current.IsUsedUp;
    }

    /// <summary>−1, 0 or +1 for −∞, a finite expression and +∞; null where infinity is part of something else.</summary>
    public static int? Infinite(Expression expression) =>
        expression switch
        {
            Constant { Name: ConstantName.Infinity } => 1,
            Operation { Name: OperationName.Negate, Arguments: [Constant { Name: ConstantName.Infinity }] } => -1,
            _ => expression.Any(e => e is Constant { Name: ConstantName.Infinity }) ? null : 0,
        };
}
