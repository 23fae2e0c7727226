using Rlhf.Configuration;

namespace Rlhf.Verification.Patterns;

internal sealed class RepetitionSource : IRewardSource
{
    private readonly RepetitionOptions _options;

    public RepetitionSource(RepetitionOptions options)
    {
        OptionsCheck.Require(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Name);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Ngram, 1);
        _options = options;
    }

    public string Name => _options.Name;

    public RewardGranularity Granularity => RewardGranularity.Outcome;

    public (double Minimum, double Maximum)? Range => (_options.MaxPenalty, 0);

    public ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken)
    {
        (int all, int distinct, _) = Ngrams.Count(completion.TokenIds, _options.Ngram);
        return ValueTask.FromResult(RewardScore.Outcome(all == 0 ? 0 : (1 - (double)distinct / all) * _options.MaxPenalty));
    }
}
