using System.Text.RegularExpressions;

namespace Rlhf.Rewards.Verification;

internal sealed class FormatVerifier : IRewardSource
{
    private readonly FormatOptions _options;
    private readonly Regex? _pattern;

    public FormatVerifier(FormatOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Name);
        ArgumentException.ThrowIfNullOrEmpty(options.Marker);
        if ((options.Rule == FormatRule.Pattern) != !string.IsNullOrEmpty(options.Pattern))
        {
            throw new ArgumentException(
                $"Format '{options.Name}': the rule pattern needs a Pattern, and only that rule has one (rule {options.Rule}, pattern '{options.Pattern}').", nameof(options));
        }

        _options = options;
        _pattern = options.Rule == FormatRule.Pattern ? Compile(options) : null;
    }

    public string Name => _options.Name;

    public RewardGranularity Granularity => RewardGranularity.Outcome;

    public IReadOnlyList<double> Levels => [0, 1];

    public ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken)
    {
        bool kept = _options.Rule switch
        {
            FormatRule.FinalLine => EndsInMarkedLine(completion.Text, _options.Marker),
            FormatRule.Boxed => BoxedAnswer.Find(completion.Text) is not null,
            _ => _pattern!.IsMatch(completion.Text),
        };
        return ValueTask.FromResult(RewardScore.Outcome(kept ? 1 : 0));
    }

    private static bool EndsInMarkedLine(string text, string marker)
    {
        ReadOnlySpan<char> body = text.AsSpan().TrimEnd();
        ReadOnlySpan<char> line = body[(body.LastIndexOf('\n') + 1)..];
        return line.StartsWith(marker) && !line[marker.Length..].Trim().IsEmpty
            && text.IndexOf(marker, StringComparison.Ordinal) == text.LastIndexOf(marker, StringComparison.Ordinal);
    }

    private static Regex Compile(FormatOptions options)
    {
        try
        {
            return new(options.Pattern!, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw new ArgumentException($"Format '{options.Name}': the pattern '{options.Pattern}' cannot be used: {error.Message}", nameof(options), error);
        }
    }
}
