namespace Rlhf.Rewards.Verification.Equivalence;

/// <summary>Whether two answers say the same; the first is the reference.</summary>
internal static class AnswerComparer
{
    // From so many places a rounded decimal may stand for a number that has none.
    private const int LeastDecimals = 6;

    /// <summary>Whether an answer says what the reference says.</summary>
    public static bool AreEqual(Answer gold, Answer answer)
    {
        if (Work.Current.IsUsedUp)
        {
            return false;
        }

        if (gold is EquationAnswer x && answer is EquationAnswer y)
        {
            return EquationComparer.AreEqual(x, y);
        }

        if (answer is EquationAnswer said)
        {
            return EquationComparer.Assigned(said).Value is { } value && AreEqual(gold, value);
        }

        if (gold is EquationAnswer wanted)
        {
            return EquationComparer.Assigned(wanted).Value is { } value && AreEqual(value, answer);
        }

        if (gold is RealSetAnswer || answer is RealSetAnswer)
        {
            return RealSet(gold) is { } a
                && RealSet(answer) is { } b
                && (a.Variable is null || b.Variable is null || a.Variable == b.Variable)
                && RealSets.AreEqual(a.Pieces, b.Pieces);
        }

        if (gold is ListAnswer || answer is ListAnswer || HasBothSigns(gold) || HasBothSigns(answer))
        {
            return ListsEqual(Elements(gold), Elements(answer));
        }

        return (gold, answer) switch
        {
            (TupleAnswer a, TupleAnswer b) => a.Elements.Count == b.Elements.Count
                && (a.Elements.Count > 2 || (a.Open == b.Open && a.Close == b.Close))
                && a.Elements.Zip(b.Elements).All(p => AreEqual(p.First, p.Second)),
            (MatrixAnswer a, MatrixAnswer b) => a.IsDeterminant == b.IsDeterminant
                && a.Rows.Count == b.Rows.Count
                && a.Rows.Zip(b.Rows)
                    .All(r => r.First.Count == r.Second.Count && r.First.Zip(r.Second).All(c => AreEqual(c.First, c.Second))),
            (BaseAnswer a, BaseAnswer b) => a == b,
            (BaseAnswer a, ValueAnswer { Value: Number { Decimals: null, Value.IsInteger: true } number, Unit: null, IsPercent: false }) =>
                a.Digits == number.Value.Numerator.ToString(System.Globalization.CultureInfo.InvariantCulture),
            (ValueAnswer a, ValueAnswer b) => ValuesEqual(a, b),
            _ => false,
        };
    }

    /// <summary>An answer as a part of the real line; null where it is none.</summary>
    public static RealSetAnswer? RealSet(Answer answer)
    {
        switch (answer)
        {
            case RealSetAnswer set:
                return set;
            case TupleAnswer { Elements: [ValueAnswer low, ValueAnswer high] } tuple
                when tuple.Open is "(" or "[" && tuple.Close is ")" or "]":
                return
                    Infinite(low.Value) is var below
                    && Infinite(high.Value) is var above
                    && (below < 0 || Constant(low.Value).IsReal)
                    && (above > 0 || Constant(high.Value).IsReal)
                    ? new(
                        RealSets.Union([
                            new(
                                below < 0 ? null : Constant(low.Value),
                                tuple.Open == "[",
                                above > 0 ? null : Constant(high.Value),
                                tuple.Close == "]"
                            ),
                        ]),
                        null
                    )
                    : null;
            case ListAnswer { IsSet: true } list when list.Elements.All(e => e is ValueAnswer v && Constant(v.Value).IsReal):
                return new(
                    RealSets.Union(
                        list.Elements.Select(e => Constant(((ValueAnswer)e).Value)).Select(v => new RealInterval(v, true, v, true))
                    ),
                    null
                );
            default:
                return null;
        }
    }

    private static bool HasBothSigns(Answer answer) => answer is ValueAnswer value && value.Value.Symbols().Contains(Expression.PlusMinus);

    private static List<Answer> Elements(Answer answer)
    {
        if (answer is not ListAnswer list)
        {
            return HasBothSigns(answer) ? [Signed((ValueAnswer)answer, 1), Signed((ValueAnswer)answer, -1)] : [answer];
        }

        // A set within is one element.
        List<Answer> elements = [.. list.Elements.SelectMany(e => e is ListAnswer { IsSet: true } ? [e] : Elements(e))];
        if (list.IsSet)
        {
            List<Answer> once = [];
            foreach (Answer element in elements.Where(e => !once.Exists(o => IsSet(o) == IsSet(e) && AreEqual(o, e))))
            {
                once.Add(element);
            }

            return once;
        }

        return elements;
    }

    private static ValueAnswer Signed(ValueAnswer value, int sign) => value with { Value = Replace(value.Value, sign) };

    private static Expression Replace(Expression expression, int sign) =>
        expression switch
        {
            Symbol { Name: Expression.PlusMinus } => new Number(ExactNumber.FromInteger(sign)!.Value),
            Operation operation => new Operation(operation.Name, [.. operation.Arguments.Select(a => Replace(a, sign))]),
            _ => expression,
        };

    private static bool ListsEqual(List<Answer> gold, List<Answer> answer)
    {
        if (gold.Count != answer.Count)
        {
            return false;
        }

        List<Answer> left = [.. answer];
        foreach (Answer wanted in gold)
        {
            int at = left.FindIndex(a => IsSet(wanted) == IsSet(a) && AreEqual(wanted, a));
            if (at < 0)
            {
                return false;
            }

            left.RemoveAt(at);
        }

        return true;
    }

    private static bool IsSet(Answer answer) => answer is ListAnswer { IsSet: true };

    private static bool ValuesEqual(ValueAnswer gold, ValueAnswer answer)
    {
        if (gold.Unit is not null && answer.Unit is not null && !Units.Agree(gold.Unit, answer.Unit))
        {
            return false;
        }

        if (gold.IsPercent == answer.IsPercent)
        {
            return ExpressionsEqual(gold.Value, answer.Value);
        }

        // Nor is a percentage so many of anything.
        if ((gold.IsPercent ? answer : gold).Unit is not null)
        {
            return false;
        }

        // A percentage is its value; a bare sign may also be a label.
        return ExpressionsEqual(
                gold.IsPercent ? Hundredth(gold.Value) : gold.Value,
                answer.IsPercent ? Hundredth(answer.Value) : answer.Value
            ) || ExpressionsEqual(gold.Value, answer.Value);

        static Operation Hundredth(Expression value) => new(OperationName.Divide, value, new Number(ExactNumber.FromInteger(100)!.Value));
    }

    // −1, 0 or +1 for −∞, a finite expression and +∞; null where infinity is part of something else.
    private static int? Infinite(Expression expression) =>
        expression switch
        {
            Constant { Name: ConstantName.Infinity } => 1,
            Operation { Name: OperationName.Negate, Arguments: [Constant { Name: ConstantName.Infinity }] } => -1,
            _ => expression.Any(e => e is Constant { Name: ConstantName.Infinity }) ? null : 0,
        };

    private static MathValue Constant(Expression expression) => Work.Current.Constant(expression);

    private static bool ExpressionsEqual(Expression gold, Expression answer)
    {
        if (!Work.Current.Spend(5) || Infinite(gold) is not { } a || Infinite(answer) is not { } b)
        {
            return false;
        }

        if (a != 0 || b != 0)
        {
            return a == b;
        }

        bool constant = !gold.Symbols().Concat(answer.Symbols()).Any(s => s != ExpressionParser.Degree);
        return constant ? ConstantsEqual(Constant(gold), Constant(answer), answer) : EverywhereEqual(gold, answer);
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

    private static bool EverywhereEqual(Expression gold, Expression answer)
    {
        int seen = 0;
        bool isReal = !gold.Any(IsImaginary) && !answer.Any(IsImaginary);
        foreach (Func<string, ExactNumber?> point in SamplePoints.Of(gold, answer))
        {
            MathValue a = new Evaluator { IsReal = isReal }.Evaluate(gold, point),
                b = new Evaluator { IsReal = isReal }.Evaluate(answer, point);
            if (a.IsUndefined != b.IsUndefined || (!a.IsUndefined && !MathValue.AreEqual(a, b)))
            {
                return false;
            }

            seen += a.IsUndefined ? 0 : 1;
        }

        return seen > 1 && !Work.Current.IsUsedUp;

        static bool IsImaginary(Expression e) => e is Constant { Name: ConstantName.I };
    }
}
