using Rlhf.Configuration;
using Rlhf.Text;
using Rlhf.Verification.Answers;
using Rlhf.Verification.Equivalence;

namespace Rlhf.Verification;

internal sealed class ExactVerifier : IVerifier
{
    private static readonly MathOptions Markers = new();

    private readonly ExactOptions _options;

    public ExactVerifier(ExactOptions options)
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
        string text = Thoughts.Read(completion, _options.Thoughts);
        string? answer = _options.Compare == ComparedText.Response ? text : FinalAnswer.Find(text, Markers.Markers, lastValue: false);
        return ValueTask.FromResult(
            RewardScore.Outcome(ExactText.Score(answer, completion.Problem.Answer, _options.IgnoreCase), answer is not null)
        );
    }
}
