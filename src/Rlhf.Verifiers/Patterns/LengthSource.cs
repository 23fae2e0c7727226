using Rlhf.Configuration;

namespace Rlhf.Verification.Patterns;

/// <summary>The length of a response.</summary>
internal sealed class LengthSource : IRewardSource
{
    private readonly LengthOptions _options;

    public LengthSource(LengthOptions options)
    {
        OptionsCheck.Require(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Name);
        _options = options;
    }

    public string Name => _options.Name;

    public RewardGranularity Granularity => RewardGranularity.Outcome;

    public ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken) =>
        ValueTask.FromResult(
            RewardScore.Outcome(
                _options.Unit switch
                {
                    LengthUnit.Tokens => completion.TokenIds.Count == 0 ? null : completion.TokenIds.Count,
                    LengthUnit.Words => completion.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length,
                    LengthUnit.Characters => completion.Text.EnumerateRunes().Count(),
                    _ => completion.Steps.Count,
                }
            )
        );
}
