namespace Rlhf.Rewards.Verification.Equivalence;

/// <summary>Values of letters where expressions are compared.</summary>
internal static class SamplePoints
{
    private const int Points = 6;
    private const int PointsOfFunctions = 4;

    /// <summary>
    /// Points for two expressions: positive, negative and mixed fractions, the same for the same letter, large ones too where |x − 9| may
    /// turn; whole numbers where a factorial asks for them.
    /// </summary>
    public static IEnumerable<Func<string, ExactNumber?>> Of(Expression a, Expression b)
    {
        bool whole = a.Any(NeedsWhole) || b.Any(NeedsWhole);
        int scale = a.Any(HasBranches) || b.Any(HasBranches) ? 1000 : 1;
        int points = !whole && scale == 1 && (a.Any(IsTranscendental) || b.Any(IsTranscendental)) ? PointsOfFunctions : Points;
        for (int point = 0; point < points; point++)
        {
            int p = point;
            yield return name =>
            {
                if (name == ExpressionParser.Degree)
                {
                    return ExactNumber.FromInteger(1);
                }

                uint hash = 2166136261u + (uint)p * 977;
                foreach (char c in name)
                {
                    hash = (hash ^ c) * 16777619;
                }

                hash ^= hash >> 15;
                int sign = p switch
                {
                    1 => -1,
                    2 => (hash & 1) == 0 ? -1 : 1,
                    4 => -scale,
                    5 => scale,
                    _ => 1,
                };
                return whole
                    ? ExactNumber.FromInteger(2 + (int)(hash % 11))
                    : ExactNumber.FromFraction(sign * (29 + (int)(hash % 397)), 101);
            };
        }

        static bool IsTranscendental(Expression e) => e is Operation { Name: OperationName.Logarithm or >= OperationName.Exp };

        static bool HasBranches(Expression e) =>
            e
                is Operation
                {
                    Name: OperationName.Absolute
                        or OperationName.Sqrt
                        or OperationName.Root
                        or OperationName.Maximum
                        or OperationName.Minimum
                        or OperationName.Floor
                        or OperationName.Ceiling
                        or OperationName.Modulo
                };

        static bool NeedsWhole(Expression e) =>
            e is Operation { Name: OperationName.Factorial or OperationName.Binomial } operation && operation.Symbols().Any();
    }
}
