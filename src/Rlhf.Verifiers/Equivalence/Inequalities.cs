namespace Rlhf.Verification.Equivalence;

/// <summary>Solves chains of inequalities in one letter that are linear, or linear between bars.</summary>
internal static class Inequalities
{
    // 0 and 1 give the line; |x|, ⌊x⌋ and x(x − 1)(x − 2) leave it elsewhere.
    private static readonly ExactNumber[] Places =
    [
        .. new (int Top, int Bottom)[] { (0, 1), (1, 1), (2, 1), (-7, 3), (22, 7), (-90_001, 90), (90_017, 91) }.Select(p =>
            ExactNumber.FromFraction(p.Top, p.Bottom)!.Value
        ),
    ];

    /// <summary>The solutions; null where a link of the chain is not linear in the one letter.</summary>
    /// <param name="sides">The sides, from left to right.</param>
    /// <param name="relations">The signs between them.</param>
    public static RealSetAnswer? Solve(IReadOnlyList<Expression?> sides, IReadOnlyList<string> relations)
    {
        if (sides.Any(s => s is null) || sides.SelectMany(s => s!.Symbols()).Distinct().ToArray() is not [{ } letter])
        {
            return null;
        }

        IReadOnlyList<RealInterval> all = [RealSets.Line];
        for (int i = 0; i < relations.Count; i++)
        {
            if (Link(sides[i]!, sides[i + 1]!, letter, relations[i]) is not { } pieces)
            {
                return null;
            }

            all = RealSets.Intersection(all, pieces);
        }

        return new(all, letter);
    }

    // |a| < b is a < b and −a < b; |a| > b is a > b or −a > b.
    private static IReadOnlyList<RealInterval>? Link(Expression left, Expression right, string letter, string relation)
    {
        (Expression side, Expression other) = left is Operation { Name: OperationName.Absolute } ? (left, right) : (right, left);
        if (side is not Operation { Name: OperationName.Absolute, Arguments: [var inside] } || relation == "ne")
        {
            return Solve(new Operation(OperationName.Subtract, left, right), letter, relation);
        }

        Expression negative = new Operation(OperationName.Negate, inside);
        if (
            Solve(Difference(inside), letter, relation) is not { } positive
            || Solve(Difference(negative), letter, relation) is not { } mirrored
        )
        {
            return null;
        }

        bool within = IsLess(relation) == ReferenceEquals(side, left);
        return within ? RealSets.Intersection(positive, mirrored) : RealSets.Union(positive.Concat(mirrored));

        Operation Difference(Expression value) =>
            ReferenceEquals(side, left) ? new(OperationName.Subtract, value, other) : new(OperationName.Subtract, other, value);
    }

    // a·x + b against 0.
    private static IReadOnlyList<RealInterval>? Solve(Expression difference, string letter, string relation)
    {
        MathValue[] at = [.. Places.Select(x => new Evaluator().Evaluate(difference, name => name == letter ? x : null))];
        if (at.Any(v => !v.IsReal))
        {
            return null;
        }

        BigComplex b = at[0].Approximate,
            slope = at[1].Approximate - b;
        if (
            slope.IsZero
            || Places.Zip(at).Any(p => !BigComplex.AreEqual(p.Second.Approximate - b, slope * ((MathValue)p.First).Approximate))
        )
        {
            return null;
        }

        MathValue root =
            at[0].Exact is { } y0
            && at[1].Exact is { } y1
            && ExactNumber.Apply('-', y1, y0) is { } a
            && ExactNumber.Apply('/', -y0, a) is { } exact
                ? exact
                : -b / slope;
        if (relation == "ne")
        {
            return RealSets.Complement([new(root, true, root, true)]);
        }

        bool isLess = IsLess(relation) != slope.Re.Sign < 0,
            holds = relation is "le" or "ge";
        return [isLess ? new(null, false, root, holds) : new(root, holds, null, false)];
    }

    private static bool IsLess(string relation) => relation is "<" or "lt" or "le";
}
