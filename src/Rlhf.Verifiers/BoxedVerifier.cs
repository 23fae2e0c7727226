using Rlhf.Configuration;
using Rlhf.Text;
using Rlhf.Verification.Answers;

namespace Rlhf.Verification;

internal sealed class BoxedVerifier : IVerifier
{
    private readonly BoxedOptions _options;

    public BoxedVerifier(BoxedOptions options)
    {
        OptionsCheck.Require(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Name);
        _options = options;
    }

    public string Name => _options.Name;

    public RewardGranularity Granularity => RewardGranularity.Outcome;

    public IReadOnlyList<double> Levels => [0, 1];

    public bool SaysAnswered => true;

    public string ReadableReferences => "any text that is not blank";

    public string? WhyUnreadable(Problem problem) => Reference.Missing(problem);

    public ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken)
    {
        string? answer = FinalAnswer.FindBoxed(Thoughts.Read(completion, _options.Thoughts));
        double? score =
            string.IsNullOrWhiteSpace(completion.Problem.Answer) ? null
            : answer is not null && BoxedAnswer.AreEqual(answer, completion.Problem.Answer) ? 1
            : 0;
        return ValueTask.FromResult(RewardScore.Outcome(score, answer is not null));
    }
}
