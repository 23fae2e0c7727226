using System.Text.RegularExpressions;
using Rlhf.Configuration;
using Rlhf.Text;
using Rlhf.Verification.Answers;
using Rlhf.Verification.Equivalence;

namespace Rlhf.Verification;

internal sealed class RegexVerifier : IVerifier
{
    private const string Answer = "answer";

    private readonly RegexVerifierOptions _options;
    private readonly Regex _pattern;

    public RegexVerifier(RegexVerifierOptions options)
    {
        OptionsCheck.Require(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Name);
        _options = options;
        _pattern = LinearPattern.Compile(options.Name, options.Pattern);
        if (!_pattern.GetGroupNames().Contains(Answer))
        {
            throw new ArgumentException(
                $"'{options.Name}': the pattern '{options.Pattern}' has no group (?<{Answer}>…), which holds what is compared with the reference.",
                nameof(options)
            );
        }
    }

    public string Name => _options.Name;

    public RewardGranularity Granularity => RewardGranularity.Outcome;

    public IReadOnlyList<double> Levels => [0, 1];

    public bool SaysAnswered => true;

    public string ReadableReferences => "any text that is not blank";

    public string? WhyUnreadable(Problem problem) => Reference.Missing(problem);

    public ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken)
    {
        string? answer =
            _pattern.Matches(Thoughts.ReadWithTags(completion, _options.Thoughts)) is [.., var last]
            && last.Groups[Answer] is { Success: true } group
                ? group.Value
                : null;
        return ValueTask.FromResult(
            RewardScore.Outcome(ExactText.Score(answer, completion.Problem.Answer, _options.IgnoreCase), answer is not null)
        );
    }
}
