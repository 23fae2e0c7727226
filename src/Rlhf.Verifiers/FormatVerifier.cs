using System.Text.Json;
using System.Text.RegularExpressions;
using Rlhf.Configuration;
using Rlhf.Text;
using Rlhf.Verification.Answers;
using Rlhf.Verification.Equivalence;

namespace Rlhf.Verification;

internal sealed class FormatVerifier : IRewardSource
{
    private readonly FormatOptions _options;
    private readonly ThoughtText _thoughts;
    private readonly Regex? _pattern;

    public FormatVerifier(FormatOptions options)
    {
        OptionsCheck.Require(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Name);
        ArgumentException.ThrowIfNullOrEmpty(options.Marker);
        if ((options.Rule == FormatRule.Pattern) != !string.IsNullOrEmpty(options.Pattern))
        {
            throw new ArgumentException(
                $"Format '{options.Name}': the rule pattern needs a Pattern, and only that rule has one (rule {options.Rule}, pattern '{options.Pattern}').",
                nameof(options)
            );
        }

        if (options is { Rule: FormatRule.ThinkAnswer, Thoughts: not (null or ThoughtText.Include) })
        {
            throw new ArgumentException(
                $"Format '{options.Name}': the rule think_answer reads the whole response; thoughts is {options.Thoughts}. Remove it.",
                nameof(options)
            );
        }

        _options = options;
        _thoughts =
            options.Thoughts ?? (options.Rule is FormatRule.Pattern or FormatRule.ThinkAnswer ? ThoughtText.Include : ThoughtText.Exclude);
        _pattern = options.Rule == FormatRule.Pattern ? LinearPattern.Compile(options.Name, options.Pattern!) : null;
    }

    public string Name => _options.Name;

    public RewardGranularity Granularity => RewardGranularity.Outcome;

    public IReadOnlyList<double> Levels => [0, 1];

    public ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken)
    {
        string text =
            _options.Rule == FormatRule.Pattern ? Thoughts.ReadWithTags(completion, _thoughts) : Thoughts.Read(completion, _thoughts);
        bool kept = _options.Rule switch
        {
            FormatRule.FinalLine => EndsInMarkedLine(text, _options.Marker),
            FormatRule.Boxed => BoxedText.Find(text) is not null,
            FormatRule.ThinkAnswer => IsThoughtAndAnswer(text),
            FormatRule.Json => IsJson(text),
            _ => _pattern!.IsMatch(text),
        };
        return ValueTask.FromResult(RewardScore.Outcome(kept ? 1 : 0));
    }

    private static bool EndsInMarkedLine(string text, string marker)
    {
        ReadOnlySpan<char> body = text.AsSpan().TrimEnd();
        ReadOnlySpan<char> line = body[(body.LastIndexOf('\n') + 1)..];
        return line.StartsWith(marker)
            && !line[marker.Length..].Trim().IsEmpty
            && text.IndexOf(marker, StringComparison.Ordinal) == text.LastIndexOf(marker, StringComparison.Ordinal);
    }

    private static bool IsThoughtAndAnswer(string text)
    {
        string[] tags = ["<think>", "</think>", "<answer>", "</answer>"];
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        if (
            !rest.StartsWith(tags[0])
            || !rest.EndsWith(tags[^1])
            || tags.Any(t => text.IndexOf(t, StringComparison.Ordinal) != text.LastIndexOf(t, StringComparison.Ordinal))
        )
        {
            return false;
        }

        int think = rest.IndexOf(tags[1]),
            answer = rest.IndexOf(tags[2]);
        return think > 0
            && answer > think
            && !rest[tags[0].Length..think].Trim().IsEmpty
            && rest[(think + tags[1].Length)..answer].Trim().IsEmpty
            && !rest[(answer + tags[2].Length)..^tags[3].Length].Trim().IsEmpty;
    }

    private static bool IsJson(string text)
    {
        const string Fence = "```";
        string[] parts = text.Split(Fence);
        string json = parts.Length == 3 ? parts[1][(parts[1].IndexOf('\n', StringComparison.Ordinal) + 1)..] : text;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array;
        }
        catch (Exception e) when (e is JsonException or ArgumentException) // the latter for half a surrogate pair
        {
            return false;
        }
    }
}
