namespace Rlhf.Verification.Answers;

/// <summary>What every verifier asks of a problem's reference.</summary>
internal static class Reference
{
    /// <summary>What is wrong where there is none; null where there is one.</summary>
    public static string? Missing(Problem problem) =>
        problem.Answer is null ? "it has none"
        : string.IsNullOrWhiteSpace(problem.Answer) ? "it is blank"
        : null;
}
