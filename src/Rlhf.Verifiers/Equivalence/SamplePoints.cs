namespace Rlhf.Verification.Equivalence;

/// <summary>Values of letters where expressions are compared.</summary>
internal static class SamplePoints
{
    private const int Points = 6;
    private const int PointsOfFunctions = 4;

    // Which of two letters is greater has to be seen both ways.
    private const int PointsOfBranches = 14;

    // Where the usual points don't do: ln(x − 2000), ln(1 − x²/9), (n − 20)!.
    private static readonly (int Top, int Bottom)[] FarScales =
    [
        (10, 1),
        (1, 50),
        (100, 1),
        (1, 4),
        (1_000, 1),
        (10_000, 1),
        (100_000, 1),
        (10_000_000, 1),
    ];

    /// <summary>
    /// Points for two expressions: positive, negative and mixed fractions, the same for the same letter, large ones too where |x − 9| may
    /// turn; whole numbers where a factorial asks for them. After those come others, far from the origin and near it, for expressions that
    /// are defined nowhere among the first.
    /// </summary>
    public static (int Usual, bool Whole, IEnumerable<Func<string, ExactNumber?>> All) Of(Expression a, Expression b)
    {
        bool whole = a.Any(NeedsWhole) || b.Any(NeedsWhole);
        int scale = a.Any(HasBranches) || b.Any(HasBranches) ? 1000 : 1;
        bool turns = scale > 1 && a.Symbols().Concat(b.Symbols()).Distinct().Skip(1).Any();
        int points =
            turns ? PointsOfBranches
            : !whole && scale == 1 && (a.Any(IsTranscendental) || b.Any(IsTranscendental)) ? PointsOfFunctions
            : Points;
        return (points, whole, Enumerable.Range(0, points + 3 * FarScales.Length).Select(p => p < points ? Usual(p) : Far(p - points)));

        Func<string, ExactNumber?> Usual(int p) =>
            name =>
            {
                if (name == ExpressionParser.Degree)
                {
                    return ExactNumber.FromInteger(1);
                }

                uint hash = Hash(name, p);
                int sign = p switch
                {
                    1 => -1,
                    2 => (hash & 1) == 0 ? -1 : 1,
                    4 => -scale,
                    5 => scale,
                    > 5 => (hash & 2) == 0 ? -1 : 1,
                    _ => 1,
                };
                return whole
                    ? ExactNumber.FromInteger(2 + (int)(hash % 11))
                    : ExactNumber.FromFraction(sign * (29 + (int)(hash % 397)), 101);
            };

        // All letters positive, all negative, or each at a place of its own.
        Func<string, ExactNumber?> Far(int p) =>
            name =>
            {
                if (name == ExpressionParser.Degree)
                {
                    return ExactNumber.FromInteger(1);
                }

                uint hash = Hash(name, points + p);
                bool mixed = p % 3 == 2;
                (int top, int bottom) = FarScales[mixed ? (int)(hash >> 8) % FarScales.Length : p / 3];
                int sign = mixed && (hash & 1) == 0 || p % 3 == 1 ? -1 : 1;
                return whole
                    ? ExactNumber.FromInteger(mixed ? 2 + (int)(hash % 40) : 2 + (int)(hash % 11) + 7 * p)
                    : ExactNumber.FromFraction(sign * (29L + hash % 397) * top, 101L * bottom);
            };

        static uint Hash(string name, int point)
        {
            uint hash = 2166136261u + (uint)point * 977;
            foreach (char c in name)
            {
                hash = (hash ^ c) * 16777619;
            }

            return hash ^ (hash >> 15);
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
