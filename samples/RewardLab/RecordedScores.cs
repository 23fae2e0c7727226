using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using Rlhf;

namespace RewardLab;

/// <summary>Options of scores that a completions file holds.</summary>
internal sealed class RecordedOptions : RewardSourceOptions
{
    /// <summary>The name in the file's <c>scores</c>, and of the channel.</summary>
    [MinLength(1)]
    public override string Name { get; init; } = "recorded";

    /// <summary>Whether a score belongs to a response or there is a list of them, one a step.</summary>
    public RewardGranularity Granularity { get; init; }
}

/// <summary>Scores from the completions file: null or absent is invalid.</summary>
internal sealed class RecordedScores : IRewardSource
{
    private readonly RecordedOptions _options;
    private readonly IReadOnlyList<CompletionLine> _lines;

    /// <exception cref="InvalidDataException">No line has scores of that name.</exception>
    public RecordedScores(RecordedOptions options, IReadOnlyList<CompletionLine> lines)
    {
        (_options, _lines) = (options, lines);
        if (!lines.Any(l => l.Scores.ContainsKey(options.Name)))
        {
            throw new InvalidDataException(
                $"Source '{options.Name}': no completion has scores of that name; there are: {string.Join(", ", lines.SelectMany(l => l.Scores.Keys).Distinct().Order(StringComparer.Ordinal))}."
            );
        }

        Levels =
            options.Granularity == RewardGranularity.Outcome
            && lines.All(l => !l.Scores.TryGetValue(options.Name, out JsonElement s) || s.ToString() is "" or "0" or "1")
                ? [0, 1]
                : null;
    }

    public string Name => _options.Name;

    public RewardGranularity Granularity => _options.Granularity;

    public IReadOnlyList<double>? Levels { get; }

    public ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken)
    {
        CompletionLine line = _lines[int.Parse(completion.Problem.Id, CultureInfo.InvariantCulture) - 1];
        bool isStep = Granularity == RewardGranularity.Step;
        if (!line.Scores.TryGetValue(Name, out JsonElement score) || score.ValueKind == JsonValueKind.Null)
        {
            return ValueTask.FromResult(new RewardScore([.. Enumerable.Repeat((double?)null, isStep ? completion.Steps.Count : 1)]));
        }

        if (isStep != (score.ValueKind == JsonValueKind.Array))
        {
            throw new InvalidDataException(
                $"its score is {score.GetRawText()}; with granularity {(isStep ? "step it is a list, one score a step" : "outcome it is one number")}"
            );
        }

        return ValueTask.FromResult(new RewardScore(isStep ? [.. score.EnumerateArray().Select(Value)] : [Value(score)]));
    }

    private static double? Value(JsonElement score) =>
        score.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.Number => score.GetDouble(),
            _ => throw new InvalidDataException($"a score is {score.GetRawText()}, which is neither a number nor null"),
        };
}
