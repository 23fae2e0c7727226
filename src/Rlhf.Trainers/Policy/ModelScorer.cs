using Microsoft.Extensions.Logging;
using Rlhf.Rewards;
using Rlhf.Scoring;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Policy;

/// <summary>
/// Runs reward models over a batch and counts what they could not score as <see cref="RewardScorer"/> does for host sources: by cause, with
/// a warning for the first failure of each kind.
/// </summary>
/// <param name="models">The models.</param>
/// <param name="logger">Gets the warnings; null for nobody.</param>
internal sealed partial class ModelScorer(IReadOnlyList<ITensorRewardSource> models, ILogger? logger)
{
    private readonly HashSet<(string Source, ScoreFailure Cause)> _logged = [];

    /// <summary>Scores every completion by every model.</summary>
    /// <param name="completions">B completions.</param>
    /// <param name="layout">Their masks and step maps.</param>
    /// <param name="type">The channels' floating-point type.</param>
    /// <returns>The channels, and what each model said on the host, in the models' order.</returns>
    public (IReadOnlyList<RewardChannel> Channels, IReadOnlyList<SourceScores> Scores) Score(
        IReadOnlyList<Completion> completions,
        BatchLayout layout,
        ScalarType type
    )
    {
        List<RewardChannel> channels = [];
        List<SourceScores> scores = [];
        foreach (ITensorRewardSource model in models)
        {
            IReadOnlyList<RewardChannel> made = model.Score(completions, layout, type);
            channels.AddRange(made);
            scores.Add(Counted(model, made.First(c => c.Name == model.Name), completions, layout));
        }

        return (channels, scores);
    }

    private SourceScores Counted(
        ITensorRewardSource model,
        RewardChannel channel,
        IReadOnlyList<Completion> completions,
        BatchLayout layout
    )
    {
        (double?[][] values, bool[] malformed) = OnHost(channel, layout);
        int[] failures = new int[Enum.GetValues<ScoreFailure>().Length];
        SourceFailure? first = null;
        for (int b = 0; b < values.Length; b++)
        {
            if (!values[b].Contains(null))
            {
                continue;
            }

            (ScoreFailure Cause, string What)? why = malformed[b]
                ? (ScoreFailure.Malformed, "its score is not finite")
                : model.WhyInvalid(b);
            ScoreFailure cause = why?.Cause ?? ScoreFailure.Unreadable;
            failures[(int)cause]++;
            first ??= new(completions[b].Problem.Id, why?.What ?? "it gave no score", null);

            // What it left out by itself, such as steps within thoughts, is no fault to warn of, as with host sources.
            if (why is not null && logger is not null && _logged.Add((model.Name, cause)))
            {
                LogFirst(logger, model.Name, completions[b].Problem.Id, cause, why.Value.What);
            }
        }

        ScoreFailures counted = new(0, 0, failures[(int)ScoreFailure.Malformed], failures[(int)ScoreFailure.Unreadable]);
        return new(model.Name, channel.Granularity, values, null, counted) { FirstFailure = first };
    }

    // Each row's entries that are there, null for an invalid one, and whether one of them is no finite number.
    private static (double?[][] Values, bool[] Malformed) OnHost(RewardChannel channel, BatchLayout layout)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor there =
            channel.StepMap is { } map ? layout.StepMaps[map].Mask
            : channel.Granularity == RewardGranularity.Token ? layout.ActionMask
            : ones_like(channel.Valid);
        double[] host = stack([Number(channel.Values), Number(channel.Valid), Number(there)]).cpu().data<double>().ToArray();
        int rows = (int)layout.Rows,
            all = host.Length / 3,
            width = all / Math.Max(1, rows);
        int[][] entries =
        [
            .. Enumerable.Range(0, rows).Select(b => Enumerable.Range(b * width, width).Where(i => host[2 * all + i] > 0).ToArray()),
        ];
        return (
            [.. entries.Select(row => Array.ConvertAll(row, i => IsValid(i) && double.IsFinite(host[i]) ? host[i] : (double?)null))],
            [.. entries.Select(row => Array.Exists(row, i => IsValid(i) && !double.IsFinite(host[i])))]
        );

        bool IsValid(int i) => host[all + i] > 0;
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Reward source {Source} could not score a completion of problem {Problem} ({Cause}: {What}); the entry is invalid, later ones of this kind are only counted"
    )]
    private static partial void LogFirst(ILogger logger, string source, string problem, ScoreFailure cause, string what);

    private static Tensor Number(Tensor values) => values.to_type(ScalarType.Float64);
}
