namespace Rlhf.Tests.Verification;

/// <summary>Scores texts by a verifier of ours, which all answer at once.</summary>
internal static class VerifierCase
{
    public static RewardScore Score(IRewardSource verifier, string text, string? answer = null) => Score(verifier, text, answer, [text]);

    public static RewardScore Score(IRewardSource verifier, string text, string? answer, IReadOnlyList<string> steps)
    {
        Problem problem = new()
        {
            Id = "1",
            Question = "?",
            Answer = answer,
        };
        Task<RewardScore> score = verifier.ScoreAsync(new(problem, text, steps, false), CancellationToken.None).AsTask();
        Assert.True(score.IsCompletedSuccessfully);
        return score.Result;
    }

    public static double?[] Steps(IRewardSource verifier, params string[] steps) =>
        [.. Score(verifier, string.Join('\n', steps), null, steps).Values];
}
