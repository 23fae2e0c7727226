namespace Rlhf.Rewards.Verification;

internal sealed class BoxedVerifier : IRewardSource
{
    public BoxedVerifier(BoxedOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Name);
        Name = options.Name;
    }

    public string Name { get; }

    public RewardGranularity Granularity => RewardGranularity.Outcome;

    public IReadOnlyList<double> Levels => [0, 1];

    public bool SaysAnswered => true;

    public ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken)
    {
        string? answer = BoxedAnswer.Find(completion.Text);
        double? score =
            string.IsNullOrWhiteSpace(completion.Problem.Answer) ? null
            : answer is not null && BoxedAnswer.AreEqual(answer, completion.Problem.Answer) ? 1
            : 0;
        return ValueTask.FromResult(RewardScore.Outcome(score, answer is not null));
    }
}
