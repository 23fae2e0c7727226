using Rlhf.Configuration;
using Rlhf.Json;
using Rlhf.Text;
using Rlhf.Verification.Answers;

namespace Rlhf.Verification;

internal sealed class SetF1Verifier : IVerifier
{
    private static readonly MathOptions Markers = new();

    private readonly SetF1Options _options;

    public SetF1Verifier(SetF1Options options)
    {
        OptionsCheck.Require(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Name);
        ArgumentException.ThrowIfNullOrEmpty(options.Separator);
        _options = options;
    }

    public string Name => _options.Name;

    public RewardGranularity Granularity => RewardGranularity.Outcome;

    public (double Minimum, double Maximum)? Range => (0, 1);

    public bool SaysAnswered => true;

    public string ReadableReferences => $"lists of items separated by '{_options.Separator}'";

    public string? WhyUnreadable(Problem problem) =>
        Reference.Missing(problem) ?? (Items(problem.Answer!).Count == 0 ? $"'{JsonText.Quote(problem.Answer!)}' holds no item" : null);

    public ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken)
    {
        string? answer = FinalAnswer.Find(Thoughts.Read(completion, _options.Thoughts), Markers.Markers, lastValue: false);
        HashSet<string> wanted = Items(completion.Problem.Answer ?? ""),
            given = Items(answer ?? "");
        double? score = wanted.Count == 0 ? null : 2.0 * given.Count(wanted.Contains) / (wanted.Count + given.Count);
        return ValueTask.FromResult(RewardScore.Outcome(score, answer is not null));
    }

    private HashSet<string> Items(string text) =>
        new(
            text.Split(_options.Separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(i => i.TrimEnd('.')),
            StringComparer.OrdinalIgnoreCase
        );
}
