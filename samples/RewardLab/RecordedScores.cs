using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using Rlhf.Rewards;

namespace RewardLab;

/// <summary>Options of scores that a completions file holds.</summary>
internal sealed record RecordedOptions : RewardSourceOptions
{
    /// <summary>The name in the file's <c>scores</c>, and of the channel.</summary>
    [MinLength(1)]
    public override string Name { get; init; } = "recorded";

    /// <summary>Whether a score belongs to a response or there is a list of them, one a step.</summary>
    public RewardGranularity Granularity { get; init; }
}

/// <summary>Scores from the completions file: null or absent is invalid.</summary>
internal sealed class RecordedScores(RecordedOptions options, IReadOnlyList<CompletionLine> lines) : IRewardSource
{
    public string Name => options.Name;

    public RewardGranularity Granularity => options.Granularity;

    public IReadOnlyList<double>? Levels { get; } =
        options.Granularity == RewardGranularity.Outcome
        && lines.All(l => !l.Scores.TryGetValue(options.Name, out JsonElement s) || s.ToString() is "" or "0" or "1")
            ? [0, 1]
            : null;

    public ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken)
    {
        CompletionLine line = lines[int.Parse(completion.Problem.Id, CultureInfo.InvariantCulture) - 1];
        if (!line.Scores.TryGetValue(Name, out JsonElement score))
        {
            return ValueTask.FromResult(
                new RewardScore([.. Enumerable.Repeat((double?)null, Granularity == RewardGranularity.Step ? completion.Steps.Count : 1)])
            );
        }

        static double? Value(JsonElement s) => s.ValueKind == JsonValueKind.Null ? null : s.GetDouble();
        return ValueTask.FromResult(
            new RewardScore(Granularity == RewardGranularity.Step ? [.. score.EnumerateArray().Select(Value)] : [Value(score)])
        );
    }
}
