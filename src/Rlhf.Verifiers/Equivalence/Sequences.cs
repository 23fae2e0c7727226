namespace Rlhf.Verification.Equivalence;

/// <summary>Compares what goes on as it begins, and remainders.</summary>
internal static class Sequences
{
    /// <summary>
    /// Whether two sequences have the same elements before and after the dots, or go up by the same step from the same first element to the
    /// same last one.
    /// </summary>
    public static bool AreEqual(SequenceAnswer gold, SequenceAnswer answer)
    {
        if (AnswerComparer.AllEqual(gold.Before, answer.Before) && AnswerComparer.AllEqual(gold.After, answer.After))
        {
            return true;
        }

        return Step(gold) is { } a
            && Step(answer) is { } b
            && AnswerComparer.AreEqual(a, b)
            && AnswerComparer.AreEqual(gold.Before[0], answer.Before[0])
            && AnswerComparer.AllEqual([.. gold.After.TakeLast(1)], [.. answer.After.TakeLast(1)]);
    }

    /// <summary>Whether two congruences leave the same remainders of the same number.</summary>
    public static bool AreEqual(CongruenceAnswer gold, CongruenceAnswer answer)
    {
        if (
            !Same(gold.Modulus, answer.Modulus)
            || gold.Remainders.Count != answer.Remainders.Count
            || (gold.Of is { } a && answer.Of is { } b && !Same(a, b))
        )
        {
            return false;
        }

        List<Expression> left = [.. answer.Remainders];
        foreach (Expression remainder in gold.Remainders)
        {
            int at = left.FindIndex(r => Same(remainder, r) || Congruent(remainder, r, gold.Modulus));
            if (at < 0)
            {
                return false;
            }

            left.RemoveAt(at);
        }

        return true;
    }

    private static bool Congruent(Expression a, Expression b, Expression modulus)
    {
        Operation turns = new(OperationName.Divide, new Operation(OperationName.Subtract, a, b), modulus);
        return !turns.Symbols().Any() && Work.Current.Constant(turns).Exact is { IsInteger: true };
    }

    private static bool Same(Expression a, Expression b) => AnswerComparer.AreEqual(new ValueAnswer(a), new ValueAnswer(b));

    // By how much each element is greater than the one before; null where that changes, or two elements don't stand together.
    private static ValueAnswer? Step(SequenceAnswer sequence)
    {
        ValueAnswer? step = null;
        foreach (IReadOnlyList<Answer> run in (IReadOnlyList<Answer>[])[sequence.Before, sequence.After])
        {
            foreach ((Answer first, Answer second) in run.Zip(run.Skip(1)))
            {
                if (
                    first is not ValueAnswer { Unit: null, IsPercent: false } a
                    || second is not ValueAnswer { Unit: null, IsPercent: false } b
                )
                {
                    return null;
                }

                ValueAnswer next = new(new Operation(OperationName.Subtract, b.Value, a.Value));
                if (step is not null && !AnswerComparer.AreEqual(step, next))
                {
                    return null;
                }

                step = next;
            }
        }

        return step;
    }
}
