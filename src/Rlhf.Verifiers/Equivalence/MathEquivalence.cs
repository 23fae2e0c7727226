namespace Rlhf.Verification.Equivalence;

/// <summary>Whether two mathematical answers, LaTeX or plain text, say the same.</summary>
/// <remarks>
/// Understood are integers, decimals (repeating ones too), fractions, mixed numbers, percentages, units, currencies, radicals, powers, π,
/// e, complex numbers, functions, expressions in letters, equations, inequalities, intervals and unions, lists, sets, tuples, matrices, ±,
/// short sums and products, numbers in a base or in words, options of a multiple choice and words. Rational numbers are compared exactly,
/// others to about eighty digits; expressions in letters at several points. A decimal with six places or more stands for a number that has
/// no finite decimal if it is rounded correctly; nothing else is approximate. The work of a comparison has a fixed bound, so no text takes
/// long, and none throws: what cannot be read is equivalent to nothing but the same text. Functions known by name only, integrals, limits
/// and derivatives are not computed: they are equal where their parts are.
/// </remarks>
public static class MathEquivalence
{
    /// <summary>
    /// Whether <paramref name="answer"/> says what <paramref name="reference"/> says. The order matters: a rounded answer is accepted, a
    /// rounded reference is met exactly.
    /// </summary>
    /// <param name="reference">The reference answer, as it would stand inside <c>\boxed{…}</c>.</param>
    /// <param name="answer">The answer to judge; it may have its own <c>$…$</c>, <c>\boxed{…}</c>, units or words around it.</param>
    public static bool AreEquivalent(string reference, string answer)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(answer);

        // Identical text is equal to itself even where it cannot be read, but not where it has no value.
        bool same = IdenticalText.Is(reference, answer) && IdenticalText.IsWhole(answer);
        return (same && !IdenticalText.NeedsReading(answer)) || Judge(reference, answer) || (same && !Work.Current.MetUndefined);
    }

    /// <summary>Whether a reference can be read: a response that repeats it would be accepted for what it says, not for its letters.</summary>
    internal static bool IsReadable(string reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return Judge(reference, reference);
    }

    private static bool Judge(string reference, string answer)
    {
        Work.Begin();
        if (
            AnswerParser.Read(WithoutComma(reference), thousands: true) is not { } gold
            || AnswerParser.Read(answer, thousands: true) is not { } given
        )
        {
            return false;
        }

        if (
            gold.Choice is { } option
            && given.Choice is { } chosen
            && char.ToUpperInvariant(option) == char.ToUpperInvariant(chosen)
            && (option == chosen || char.IsUpper(option) || !gold.IsPlainChoice)
        )
        {
            return true;
        }

        if (
            gold.Words is not null
            && gold.Words == given.Words
            && (gold.Formula is null || given.Formula is null)
            && IdenticalText.IsWhole(answer)
        )
        {
            return true;
        }

        if (gold.Formula is null || given.Formula is null)
        {
            return false;
        }

        // 100,200,300 may be one number or three; the reference says which, where it has brackets or spaces.
        return AnswerComparer.AreEqual(gold.Formula, given.Formula)
            || (
                gold.Formula is ListAnswer
                && given.Formula is ValueAnswer
                && answer.Contains(',', StringComparison.Ordinal)
                && AnswerParser.Read(answer, thousands: false)?.Formula is ListAnswer list
                && AnswerComparer.AreEqual(gold.Formula, list)
            );
    }

    // A reference may end with the comma of its sentence; an answer that does is cut off.
    private static string WithoutComma(string reference) =>
        reference.AsSpan().TrimEnd() is [.., not '\\', ','] and var text ? text[..^1].ToString() : reference;
}
