namespace Rlhf.Verification.Equivalence;

/// <summary>Answers compared as text, where any run of white space is one space.</summary>
internal static class ExactText
{
    /// <summary>1 where they are the same, 0 where they are not or there is no answer; null where there is no reference.</summary>
    public static double? Score(string? answer, string? reference, bool ignoreCase)
    {
        if (string.IsNullOrWhiteSpace(reference))
        {
            return null;
        }

        StringComparison comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        return answer is not null && string.Equals(Spaced(answer), Spaced(reference), comparison) ? 1 : 0;
    }

    private static string Spaced(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
