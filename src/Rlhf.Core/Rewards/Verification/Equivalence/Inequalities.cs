namespace Rlhf.Rewards.Verification.Equivalence;

/// <summary>Solves chains of linear inequalities in one letter.</summary>
internal static class Inequalities
{
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
            if (Solve(new Operation(OperationName.Subtract, sides[i]!, sides[i + 1]!), letter, relations[i]) is not { } pieces)
            {
                return null;
            }

            all = RealSets.Intersection(all, pieces);
        }

        return new(all, letter);
    }

    // a·x + b against 0.
    private static IReadOnlyList<RealInterval>? Solve(Expression difference, string letter, string relation)
    {
        MathValue[] at =
        [
            .. Enumerable
                .Range(0, 3)
                .Select(x => new Evaluator().Evaluate(difference, name => name == letter ? ExactNumber.FromInteger(x) : null)),
        ];
        if (at.Any(v => !v.IsReal))
        {
            return null;
        }

        BigComplex b = at[0].Approximate,
            slope = at[1].Approximate - b;
        if (slope.IsZero || !BigComplex.AreEqual(at[2].Approximate - at[1].Approximate, slope))
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

        bool isLess = relation is "<" or "lt" or "le" ^ slope.Re.Sign < 0,
            holds = relation is "le" or "ge";
        return [isLess ? new(null, false, root, holds) : new(root, holds, null, false)];
    }
}
