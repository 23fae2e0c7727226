namespace Rlhf.Rewards.Verification;

internal sealed class LastNumberVerifier : IRewardSource
{
    private readonly LastNumberOptions _options;

    public LastNumberVerifier(LastNumberOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Name);
        ArgumentException.ThrowIfNullOrEmpty(options.Marker);
        _options = options;
    }

    public string Name => _options.Name;

    public RewardGranularity Granularity => RewardGranularity.Outcome;

    public IReadOnlyList<double> Levels => [0, 1];

    public bool SaysAnswered => true;

    public ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken)
    {
        bool answered =
            _options.Search == NumberSearch.Strict
                ? MarkedAnswer.TryFind(completion.Text, _options.Marker, _options.Occurrence, out ExactNumber? answer)
                : NumberText.TryFindLast(completion.Text, out answer);
        double? score =
            Reference(completion.Problem.Answer) is not { } right ? null
            : answer == right ? 1
            : 0;
        return ValueTask.FromResult(RewardScore.Outcome(score, answered));
    }

    private static ExactNumber? Reference(string? answer) =>
        answer is null ? null : NumberText.Parse(answer) ?? MarkedAnswer.Parse(answer.Trim());
}
