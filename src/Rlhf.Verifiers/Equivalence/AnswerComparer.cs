namespace Rlhf.Verification.Equivalence;

/// <summary>Whether two answers say the same; the first is the reference.</summary>
internal static class AnswerComparer
{
    /// <summary>Whether an answer says what the reference says.</summary>
    public static bool AreEqual(Answer gold, Answer answer)
    {
        if (Work.Current.IsUsedUp)
        {
            return false;
        }

        if (gold is ConditionalAnswer || answer is ConditionalAnswer)
        {
            return ConditionalsEqual(gold, answer);
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
            return SameName((gold as ListAnswer)?.Name, (answer as ListAnswer)?.Name)
                && !(gold is ListAnswer wantedList && answer is ListAnswer givenList && JoinsDiffer(wantedList, givenList))
                && ListsEqual(Elements(gold), Elements(answer));
        }

        return (gold, answer) switch
        {
            (TupleAnswer a, TupleAnswer b) => SameName(a.Name, b.Name)
                && a.Elements.Count == b.Elements.Count
                && (a.Elements.Count > 2 || (a.Open == b.Open && a.Close == b.Close))
                && a.Elements.Zip(b.Elements).All(p => AreEqual(p.First, p.Second)),
            (MatrixAnswer a, MatrixAnswer b) => a.IsDeterminant == b.IsDeterminant
                && a.Rows.Count == b.Rows.Count
                && a.Rows.Zip(b.Rows)
                    .All(r => r.First.Count == r.Second.Count && r.First.Zip(r.Second).All(c => AreEqual(c.First, c.Second))),
            (BaseAnswer a, BaseAnswer b) => a == b,
            (BaseAnswer a, ValueAnswer { Value: Number { Decimals: null, Value.IsInteger: true } number, Unit: null, IsPercent: false }) =>
                a.Digits == number.Value.Numerator.ToString(System.Globalization.CultureInfo.InvariantCulture),
            (RatioAnswer a, RatioAnswer b) => a.HalfOfDay == b.HalfOfDay && AllEqual(a.Parts, b.Parts),
            (SequenceAnswer a, SequenceAnswer b) => Sequences.AreEqual(a, b),
            (StatementAnswer a, StatementAnswer b) => a.Relation == b.Relation
                && (
                    (AreEqual(a.Left, b.Left) && AreEqual(a.Right, b.Right))
                    || (MathCommands.Symmetric.Contains(a.Relation) && AreEqual(a.Left, b.Right) && AreEqual(a.Right, b.Left))
                ),
            (CongruenceAnswer a, CongruenceAnswer b) => Sequences.AreEqual(a, b),
            (ValueAnswer a, ValueAnswer b) => ValuesEqual(a, b),
            _ => false,
        };
    }

    // Solutions are "5 and 7" or "5 or 7", but "A and B" is another choice than "A or B".
    private static bool JoinsDiffer(ListAnswer gold, ListAnswer answer) =>
        gold.Join is not null
        && answer.Join is not null
        && gold.Join != answer.Join
        && gold.Elements.All(e => e is ValueAnswer { Value: Symbol });

    private static bool SameName(string? gold, string? answer) => gold is null || answer is null || gold == answer;

    /// <summary>Whether two lists agree place by place.</summary>
    public static bool AllEqual(IReadOnlyList<Answer> gold, IReadOnlyList<Answer> answer) =>
        gold.Count == answer.Count && gold.Zip(answer).All(p => AreEqual(p.First, p.Second));

    // A condition on one side only must be none.
    private static bool ConditionalsEqual(Answer gold, Answer answer)
    {
        (ConditionalAnswer? a, ConditionalAnswer? b) = (gold as ConditionalAnswer, answer as ConditionalAnswer);
        if (a is null || b is null)
        {
            return (a ?? b)!.IsAlways && AreEqual(a?.Main ?? gold, b?.Main ?? answer);
        }

        return (a.Words == b.Words || (a.Condition is { } x && b.Condition is { } y && AreEqual(x, y)) || (a.IsAlways && b.IsAlways))
            && AreEqual(a.Main, b.Main);
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
                    ExpressionComparer.Infinite(low.Value) is var below
                    && ExpressionComparer.Infinite(high.Value) is var above
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

    private static ValueAnswer Signed(ValueAnswer value, int sign) =>
        value with
        {
            Value = value.Value.Rewrite(e =>
                e is Symbol { Name: Expression.PlusMinus } ? new Number(ExactNumber.FromInteger(sign)!.Value) : null
            ),
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
            return ExpressionComparer.AreEqual(gold.Value, answer.Value);
        }

        // Nor is a percentage so many of anything.
        if ((gold.IsPercent ? answer : gold).Unit is not null)
        {
            return false;
        }

        // A percentage is its value; a bare sign may also be a label.
        return ExpressionComparer.AreEqual(
                gold.IsPercent ? Hundredth(gold.Value) : gold.Value,
                answer.IsPercent ? Hundredth(answer.Value) : answer.Value
            ) || ExpressionComparer.AreEqual(gold.Value, answer.Value);

        static Operation Hundredth(Expression value) => new(OperationName.Divide, value, new Number(ExactNumber.FromInteger(100)!.Value));
    }

    private static MathValue Constant(Expression expression) => Work.Current.Constant(expression);
}
