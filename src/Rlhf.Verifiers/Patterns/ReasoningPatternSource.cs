using System.Reflection;
using System.Text.Json;
using Rlhf.Configuration;
using Rlhf.Text;

namespace Rlhf.Verification.Patterns;

internal sealed class ReasoningPatternSource : IRewardSource
{
    private const int RepetitionWords = 20;
    private const double PaperPatterns = 40,
        CodePatterns = 20;
    private const string User = "user: ";

    private static readonly Lazy<string[]> Forty = new(() => Load("reasoning-patterns-40.json")),
        FiftyThree = new(() => Load("reasoning-patterns-53.json"));

    private readonly ReasoningPatternOptions _options;

    public ReasoningPatternSource(ReasoningPatternOptions options)
    {
        OptionsCheck.Require(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Name);
        _options = options;
    }

    public string Name => _options.Name;

    public RewardGranularity Granularity => RewardGranularity.Outcome;

    public (double Minimum, double Maximum)? Range => (0, 1);

    public ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken)
    {
        string text = Thoughts.Read(completion, _options.Thoughts);
        return ValueTask.FromResult(RewardScore.Outcome(Score(text.ToLowerInvariant())));
    }

    private double Score(string text)
    {
        int found = (_options.Form == ReasoningPatternForm.CodeRewardModel ? FiftyThree : Forty).Value.Count(p =>
            text.Contains(p, StringComparison.Ordinal)
        );
        double repetition = TextRewards.WordRepetition(text, RepetitionWords);
        return _options.Form switch
        {
            ReasoningPatternForm.Paper => Math.Clamp(found / PaperPatterns - repetition, 0, 1),
            ReasoningPatternForm.CodeMath => Math.Max(0, Math.Min(1, found / CodePatterns) - repetition - Occurrences(text, User)),
            _ => Math.Max(0, Math.Min(1, found / CodePatterns) - repetition),
        };
    }

    private static int Occurrences(string text, string part)
    {
        int count = 0;
        for (
            int at = text.IndexOf(part, StringComparison.Ordinal);
            at >= 0;
            at = text.IndexOf(part, at + part.Length, StringComparison.Ordinal)
        )
        {
            count++;
        }

        return count;
    }

    private static string[] Load(string resource)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        using JsonDocument document = JsonDocument.Parse(stream);
        return [.. document.RootElement.GetProperty("patterns").EnumerateArray().Select(p => p.GetString()!)];
    }
}
