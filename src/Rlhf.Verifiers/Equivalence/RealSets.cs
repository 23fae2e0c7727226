namespace Rlhf.Verification.Equivalence;

/// <summary>Sets of reals as ordered pieces that don't touch.</summary>
internal static class RealSets
{
    /// <summary>The whole line.</summary>
    public static readonly RealInterval Line = new(null, false, null, false);

    /// <summary>The union, in order, with pieces that touch made one.</summary>
    public static IReadOnlyList<RealInterval> Union(IEnumerable<RealInterval> pieces)
    {
        List<RealInterval> merged = [];
        foreach (RealInterval piece in pieces.Where(p => !IsEmpty(p)).OrderBy(p => p, Comparer<RealInterval>.Create(CompareLow)))
        {
            if (merged.Count > 0 && Touches(merged[^1], piece))
            {
                RealInterval last = merged[^1];
                merged[^1] = CompareHigh(last, piece) >= 0 ? last : last with { High = piece.High, HasHigh = piece.HasHigh };
            }
            else
            {
                merged.Add(piece);
            }
        }

        return merged;
    }

    /// <summary>What two sets share.</summary>
    public static IReadOnlyList<RealInterval> Intersection(IReadOnlyList<RealInterval> a, IReadOnlyList<RealInterval> b) =>
        Union(
            a.SelectMany(x =>
                b.Select(y =>
                {
                    RealInterval low = CompareLow(x, y) >= 0 ? x : y,
                        high = CompareHigh(x, y) <= 0 ? x : y;
                    return new RealInterval(low.Low, low.HasLow, high.High, high.HasHigh);
                })
            )
        );

    /// <summary>Everything that a set leaves out.</summary>
    public static IReadOnlyList<RealInterval> Complement(IReadOnlyList<RealInterval> set)
    {
        IReadOnlyList<RealInterval> rest = [Line];
        foreach (RealInterval piece in set)
        {
            List<RealInterval> outside = [];
            if (piece.Low is { } low)
            {
                outside.Add(new(null, false, low, !piece.HasLow));
            }

            if (piece.High is { } high)
            {
                outside.Add(new(high, !piece.HasHigh, null, false));
            }

            rest = Intersection(rest, outside);
        }

        return rest;
    }

    /// <summary>Whether two sets are the same.</summary>
    public static bool AreEqual(IReadOnlyList<RealInterval> a, IReadOnlyList<RealInterval> b) =>
        a.Count == b.Count && a.Zip(b).All(p => CompareLow(p.First, p.Second) == 0 && CompareHigh(p.First, p.Second) == 0);

    private static bool IsEmpty(RealInterval piece) =>
        piece.Low is { } low
        && piece.High is { } high
        && (MathValue.Compare(low, high) is var order && (order > 0 || (order == 0 && !(piece.HasLow && piece.HasHigh))));

    private static bool Touches(RealInterval first, RealInterval second)
    {
        if (first.High is not { } high || second.Low is not { } low)
        {
            return true;
        }

        int order = MathValue.Compare(high, low);
        return order > 0 || (order == 0 && (first.HasHigh || second.HasLow));
    }

    private static int CompareLow(RealInterval a, RealInterval b) =>
        (a.Low, b.Low) switch
        {
            (null, null) => 0,
            (null, _) => -1,
            (_, null) => 1,
            ({ } x, { } y) => MathValue.Compare(x, y) is var order && order != 0 ? order : b.HasLow.CompareTo(a.HasLow),
        };

    private static int CompareHigh(RealInterval a, RealInterval b) =>
        (a.High, b.High) switch
        {
            (null, null) => 0,
            (null, _) => 1,
            (_, null) => -1,
            ({ } x, { } y) => MathValue.Compare(x, y) is var order && order != 0 ? order : a.HasHigh.CompareTo(b.HasHigh),
        };
}
