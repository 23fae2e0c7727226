namespace Rlhf.Verification.Equivalence;

/// <summary>Writes out sums and products over a few whole numbers.</summary>
internal static class Series
{
    private const int MostTerms = 200;
    private const int MostParts = 5_000;

    /// <summary>The terms joined; null for bounds that are no whole numbers or too far apart.</summary>
    /// <param name="joins">Addition or multiplication.</param>
    /// <param name="letter">What runs: a letter, or <c>i</c> or <c>e</c>, which are read as constants elsewhere.</param>
    /// <param name="from">Its first value.</param>
    /// <param name="to">Its last.</param>
    /// <param name="term">What is written for each.</param>
    public static Expression? Expand(OperationName joins, Expression letter, Expression from, Expression to, Expression term)
    {
        if (
            letter is not (Symbol or Constant)
            || WholeNumber(from) is not { } first
            || WholeNumber(to) is not { } last
            || last < first
            || last - first >= MostTerms
            || term.Size * (last - first + 1) > MostParts
        )
        {
            return null;
        }

        Expression? all = null;
        for (int value = first; value <= last; value++)
        {
            Number number = new(ExactNumber.FromInteger(value)!.Value);
            Expression next = term.Rewrite(e => e == letter ? number : null);
            all = all is null ? next : new Operation(joins, all, next);
        }

        return all;
    }

    private static int? WholeNumber(Expression expression) =>
        expression is Number { Value.IsInteger: true, Decimals: null } number
        && System.Numerics.BigInteger.Abs(number.Value.Numerator) < 1_000_000
            ? (int)number.Value.Numerator
            : null;
}
