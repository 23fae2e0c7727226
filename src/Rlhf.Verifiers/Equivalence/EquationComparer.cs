namespace Rlhf.Verification.Equivalence;

/// <summary>What equations define, and whether two say the same.</summary>
internal static class EquationComparer
{
    /// <summary>
    /// The name that an equation defines, where it does, and the value: of <c>x = 5</c>, <c>5 = x</c>, <c>f(x) = x²</c>, or of a true
    /// computation <c>48/2 = 24</c>.
    /// </summary>
    public static (string? Name, Answer? Value) Assigned(EquationAnswer equation)
    {
        EquationSide[] sides = [.. equation.Sides];
        int named = Array.FindIndex(sides, s => s.Name is not null);
        Answer[] contents = [.. sides.Where((s, i) => i != named).Select(s => s.Content).OfType<Answer>()];
        if (contents.Length != sides.Length - (named < 0 ? 0 : 1) || (named > 0 && named < sides.Length - 1) || contents.Length == 0)
        {
            return default;
        }

        string? name = named < 0 ? null : sides[named].Name;
        if (name is not null && contents.OfType<ValueAnswer>().Any(c => c.Value.Symbols().Contains(name)))
        {
            return default;
        }

        if (!contents.Skip(1).All(c => AnswerComparer.AreEqual(contents[0], c)) || (named < 0 && contents.Length == 1))
        {
            return default;
        }

        return (name, contents[^1]);
    }

    // f(x) = x + 1 and f(n) = n + 1 say the same.
    private static (string? Name, Answer? Value) Unbound(EquationAnswer equation, (string? Name, Answer? Value) assigned)
    {
        if (
            assigned is not ({ } name, ValueAnswer value)
            || equation.Sides.First(s => s.Name is not null).Letter is not { } letter
            || !value.Value.Symbols().Contains(letter)
        )
        {
            return assigned;
        }

        int at = name.LastIndexOf(letter, StringComparison.Ordinal);
        return at < 0
            ? assigned
            : (
                name[..at] + Bound + name[(at + letter.Length)..],
                value with
                {
                    Value = value.Value.Rewrite(e => e is Symbol symbol && symbol.Name == letter ? new Symbol(Bound) : null),
                }
            );
    }

    // The letter that a function is defined with, whatever it is.
    private const string Bound = "□";

    /// <summary>Whether two equations say the same, up to rearranging and a factor.</summary>
    public static bool AreEqual(EquationAnswer gold, EquationAnswer answer)
    {
        // 3x = 3x says nothing of y.
        (string? Name, Answer? Value) a = Assigned(gold),
            b = Assigned(answer);
        (string? Name, Answer? Value) first = Unbound(gold, a),
            second = Unbound(answer, b);
        if (first.Name is not null && first.Name == second.Name && first.Value is not null && second.Value is not null)
        {
            (a, b) = (first, second);
        }

        bool computed = b.Value is ValueAnswer value && !value.Value.Symbols().Any();
        if (
            a.Value is not null
            && b.Value is not null
            && (a.Name == b.Name || a.Name is null || (b.Name is null && computed))
            && AnswerComparer.AreEqual(a.Value, b.Value)
        )
        {
            return true;
        }

        if (gold.Sides.Count > 2 && gold.Sides.Count == answer.Sides.Count && SameSides(gold, answer))
        {
            return true;
        }

        return Difference(gold) is { } x && Difference(answer) is { } y && Proportional(x, y);
    }

    // MR = MC = P, in any order.
    private static bool SameSides(EquationAnswer gold, EquationAnswer answer)
    {
        List<EquationSide> left = [.. answer.Sides];
        foreach (EquationSide side in gold.Sides)
        {
            int at = left.FindIndex(s => side.Content is { } a && s.Content is { } b && AnswerComparer.AreEqual(a, b));
            if (at < 0)
            {
                return false;
            }

            left.RemoveAt(at);
        }

        return true;
    }

    private static Operation? Difference(EquationAnswer equation) =>
        equation.Sides
            is [
                { Content: ValueAnswer { Unit: null, IsPercent: false } left },
                { Content: ValueAnswer { Unit: null, IsPercent: false } right },
            ]
            ? new(OperationName.Subtract, left.Value, right.Value)
            : null;

    // The same equation up to a factor other than 0.
    private static bool Proportional(Expression x, Expression y)
    {
        if (!x.Symbols().Any(s => s != Expression.PlusMinus))
        {
            return false;
        }

        MathValue first = MathValue.Undefined,
            second = MathValue.Undefined;
        int seen = 0,
            tried = 0;
        (int usual, _, IEnumerable<Func<string, ExactNumber?>> points) = SamplePoints.Of(x, y);
        foreach (Func<string, ExactNumber?> point in points)
        {
            if ((tried++ >= usual && seen > 2) || Work.Current.IsUsedUp)
            {
                break;
            }

            MathValue a = new Evaluator().Evaluate(x, point),
                b = new Evaluator().Evaluate(y, point);
            if (a.IsUndefined || b.IsUndefined)
            {
                if (a.IsUndefined != b.IsUndefined)
                {
                    return false;
                }

                continue;
            }

            if (a.Approximate.IsZero != b.Approximate.IsZero)
            {
                return false;
            }

            if (seen++ == 0)
            {
                (first, second) = (a, b);
            }
            else if (
                !Multiply(a, second, out MathValue left)
                || !Multiply(b, first, out MathValue right)
                || !MathValue.AreEqual(left, right)
            )
            {
                return false;
            }
        }

        return seen > 2 && !first.Approximate.IsZero && !Work.Current.IsUsedUp;

        static bool Multiply(MathValue a, MathValue b, out MathValue product)
        {
            product =
                a.Exact is { } x && b.Exact is { } y && ExactNumber.Apply('*', x, y) is { } exact ? exact : a.Approximate * b.Approximate;
            return !product.IsUndefined;
        }
    }
}
