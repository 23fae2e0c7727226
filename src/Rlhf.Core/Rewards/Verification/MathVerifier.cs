namespace Rlhf.Rewards.Verification;

internal sealed class MathVerifier : IRewardSource
{
    // What a response says at its end is looked for in its last part, so that a long one costs no more.
    private const int MostCharacters = 100_000;

    private readonly MathOptions _options;

    public MathVerifier(MathOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Name);
        ArgumentNullException.ThrowIfNull(options.Markers);
        if (options.Markers.Any(string.IsNullOrWhiteSpace))
        {
            throw new ArgumentException("a marker of the math verifier is empty.", nameof(options));
        }

        _options = options;
    }

    public string Name => _options.Name;

    public RewardGranularity Granularity => RewardGranularity.Outcome;

    public IReadOnlyList<double> Levels => [0, 1];

    public bool SaysAnswered => true;

    public ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken)
    {
        string text = completion.Text.Length <= MostCharacters ? completion.Text : completion.Text[^MostCharacters..];
        string? answer = FinalAnswer.Find(text, _options.Markers, _options.LastValue);
        double? score =
            completion.Problem.Answer is not { } reference || string.IsNullOrWhiteSpace(reference) ? null
            : answer is not null && MathEquivalence.AreEquivalent(reference, answer) ? 1
            : 0;
        return ValueTask.FromResult(RewardScore.Outcome(score, answer is not null));
    }
}
