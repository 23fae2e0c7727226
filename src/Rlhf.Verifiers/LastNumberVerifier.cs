using Rlhf.Configuration;
using Rlhf.Json;
using Rlhf.Text;
using Rlhf.Verification.Answers;
using Rlhf.Verification.Equivalence;

namespace Rlhf.Verification;

internal sealed class LastNumberVerifier : IVerifier
{
    private static readonly MathOptions Markers = new();

    private readonly LastNumberOptions _options;

    public LastNumberVerifier(LastNumberOptions options)
    {
        OptionsCheck.Require(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Name);
        ArgumentException.ThrowIfNullOrEmpty(options.Marker);
        _options = options;
    }

    public string Name => _options.Name;

    public RewardGranularity Granularity => RewardGranularity.Outcome;

    public IReadOnlyList<double> Levels => [0, 1];

    public bool SaysAnswered => true;

    public string ReadableReferences => "numbers; the types math, exact and set_f1 judge other answers";

    public string? WhyUnreadable(Problem problem) =>
        Reference.Missing(problem) ?? (Number(problem.Answer) is null ? $"'{JsonText.Quote(problem.Answer!)}' is no number" : null);

    public ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken)
    {
        string text = Thoughts.Read(completion, _options.Thoughts);
        ExactNumber? answer;
        bool answered;
        if (_options.Search == NumberSearch.Strict)
        {
            answered = MarkedAnswer.TryFind(text, _options.Marker, _options.Occurrence, out answer);
        }
        else
        {
            string? found = FinalAnswer.Find(text, [.. Markers.Markers, _options.Marker], lastValue: true);
            (answer, answered) = (found is null ? null : FinalNumber.Read(found), found is not null);
        }

        double? score =
            Number(completion.Problem.Answer) is not { } right ? null
            : answer == right ? 1
            : 0;
        return ValueTask.FromResult(RewardScore.Outcome(score, answered));
    }

    private static ExactNumber? Number(string? answer) =>
        answer is null ? null : NumberText.Parse(answer) ?? MarkedAnswer.Parse(answer.Trim());
}
