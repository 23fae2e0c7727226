using Rlhf.Configuration;
using Rlhf.Json;
using Rlhf.Text;
using Rlhf.Verification.Answers;
using Rlhf.Verification.Equivalence;

namespace Rlhf.Verification;

internal sealed class MathVerifier : IVerifier
{
    // What a response says at its end is looked for in its last part, so that a long one costs no more.
    private const int MostCharacters = 100_000;

    private readonly MathOptions _options;

    public MathVerifier(MathOptions options)
    {
        OptionsCheck.Require(options);
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

    public string ReadableReferences => "mathematical answers and words; the types exact and regex judge any text";

    public string? WhyUnreadable(Problem problem) =>
        Reference.Missing(problem)
        ?? (MathEquivalence.IsReadable(problem.Answer!) ? null : $"'{JsonText.Quote(problem.Answer!)}' cannot be read");

    public ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken)
    {
        string text = Thoughts.Read(completion, _options.Thoughts);
        text = text.Length <= MostCharacters ? text : text[^MostCharacters..];
        string? answer = FinalAnswer.Find(text, _options.Markers, _options.LastValue);
        double? score =
            completion.Problem.Answer is not { } reference || string.IsNullOrWhiteSpace(reference) ? null
            : answer is not null && MathEquivalence.AreEquivalent(reference, answer) ? 1
            : MathEquivalence.IsReadable(reference) ? 0
            : null;
        return ValueTask.FromResult(RewardScore.Outcome(score, answer is not null));
    }
}
