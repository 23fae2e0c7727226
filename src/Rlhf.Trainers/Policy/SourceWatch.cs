using Rlhf.Metrics;
using Rlhf.Rewards;
using Rlhf.Scoring;
using Rlhf.Shaping;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Policy;

/// <summary>
/// Ends a run whose reward sources have died: a return channel without a valid entry leaves nothing to learn from, and where one of the
/// sources it is made of scored nothing either, that is why.
/// </summary>
internal sealed class SourceWatch(RewardPipeline pipeline, int tolerated)
{
    /// <summary>Iterations in a row with a dead return channel.</summary>
    public int InARow { get; set; }

    /// <summary>Has the channels' entries counted when the metrics are read.</summary>
    public static Look Add(MetricSink metrics, ShapedRewards rewards)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Look look = new();
        foreach (ReturnChannel part in rewards.Returns)
        {
            AddDead(metrics, rewards.Shaped, part.Channel, look.Returns);
        }

        foreach (RewardChannel channel in rewards.Raw.Channels)
        {
            AddDead(metrics, rewards.Raw, channel, look.Sources);
        }

        return look;
    }

    /// <summary>Judges an iteration whose metrics are read.</summary>
    /// <exception cref="RewardSourceException">Too many in a row left nothing to learn from.</exception>
    public void Judge(Look look, RewardScores scores, int iteration)
    {
        (string Channel, string Source)[] dead =
        [
            .. look.Returns.SelectMany(c => pipeline.SourcesOf(c).Where(look.Sources.Contains).Select(s => (c, s))),
        ];
        InARow = dead.Length > 0 ? InARow + 1 : 0;
        if (InARow <= tolerated)
        {
            return;
        }

        // A source that threw before one that gave nothing: it has more to say.
        (string channel, string source) = dead.OrderBy(d => Find(d.Source)?.FirstFailure?.Exception is null ? 1 : 0).First();
        SourceScores? scored = Find(source);
        string into = channel == source ? "" : $", and so channel '{channel}' is invalid, too";
        string cause = scored is null ? "it gave no score" : $"{scored.Failures}. The first one: {scored.FirstFailure}";
        throw new RewardSourceException(
            $"Iteration {iteration}: reward source '{source}' could not score any completion{into}, which leaves nothing to learn from: {cause.TrimEnd('.')}. "
                + $"Mend the source or its data, or set the channel's weight to 0. {Tolerance()}",
            scored?.FirstFailure?.Exception
        );

        SourceScores? Find(string name) => scores.Sources.FirstOrDefault(s => s.Name == name);
    }

    private string Tolerance() =>
        tolerated == 0
            ? "Where such failures pass by themselves, rewards:toleratedInvalidIterations says how many iterations in a row may fail."
            : $"There were {InARow} such iterations in a row; rewards:toleratedInvalidIterations is {tolerated}.";

    // Entries, but no valid one.
    private static void AddDead(MetricSink metrics, RewardFrame frame, RewardChannel channel, HashSet<string> dead)
    {
        Tensor isDead = frame.EntriesOf(channel).any().bitwise_and(channel.Valid.any().bitwise_not());
        string name = channel.Name;
        metrics.AddCheck(
            isDead,
            value =>
            {
                if (value > 0)
                {
                    dead.Add(name);
                }
            }
        );
    }

    /// <summary>Channels with entries and no valid one, once the metrics are read.</summary>
    internal sealed record Look
    {
        public HashSet<string> Returns { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Sources { get; } = new(StringComparer.Ordinal);
    }
}
