using System.Globalization;
using Microsoft.Extensions.Logging;
using Rlhf.Configuration;
using Rlhf.Generation;
using Rlhf.Metrics;
using Rlhf.ModelRewards;
using Rlhf.Models;
using Rlhf.Rewards;
using Rlhf.Scoring;
using Rlhf.Shaping;
using Rlhf.Tokenizers;
using Rlhf.Trainers.Advantages;
using Rlhf.Trainers.Optimization;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Policy;

/// <summary>
/// The loop that every policy-optimisation algorithm here shares: prompts, rollout, score, shape, advantage, update, record.
/// </summary>
public sealed partial class PolicyTrainer
{
    // As sources give them: in float32 rewards such as 1e8 + i would be one value, and a group of them would teach nothing.
    private const ScalarType RewardType = ScalarType.Float64;

    private readonly PolicyTrainerParts _parts;
    private readonly PolicyUpdate _update;
    private readonly SourceWatch _watch;
    private readonly ModelScorer _models;

    /// <summary>Makes a trainer.</summary>
    /// <param name="parts">What samples, scores and shapes.</param>
    /// <param name="update">Makes the optimizer steps on the policy.</param>
    /// <exception cref="RewardPipelineException"> A stage needs a reference and there is none, the KL penalty is in the reward and in the
    /// loss, or a stage penalises what overlong filtering leaves out. </exception>
    public PolicyTrainer(PolicyTrainerParts parts, PolicyUpdate update)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(update);
        if (parts.Pipeline.NeedsReference && parts.Reference is null)
        {
            throw new RewardPipelineException(
                "a stage needs the log-probabilities of a reference policy, and there is none; give a reference."
            );
        }

        OptionsCheck.Require(parts.Steps);
        ArgumentOutOfRangeException.ThrowIfLessThan(parts.GroupSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(parts.MicroBatchTokens, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(parts.ToleratedInvalidIterations);
        CheckKl(parts.Pipeline, update.Kl);
        CheckOverlong(parts.Pipeline, parts.OverlongFiltering);
        (_parts, _update) = (parts, update);
        if (parts.Logger is { } logger)
        {
            foreach (string warning in parts.Pipeline.Warnings.Concat(parts.Estimator.Warnings).Concat(SamplingWarnings(parts.Sampling)))
            {
                LogWarning(logger, warning);
            }
        }

        _watch = new(parts.Pipeline, parts.ToleratedInvalidIterations);
        _models = new(parts.ModelRewardSources, parts.Logger);
    }

    /// <summary>Iterations in a row, up to the last one, in which a return channel was invalid everywhere; a resumed run sets it.</summary>
    internal int InvalidInARow
    {
        get => _watch.InARow;
        set => _watch.InARow = value;
    }

    /// <summary>One iteration: a batch of rollouts and the optimizer steps on it.</summary>
    /// <param name="visits">The prompts drawn for it.</param>
    /// <param name="iteration">Its number, from 1.</param>
    /// <param name="monitor">Is told how far the parts are and measures their time; null for none.</param>
    /// <exception cref="RewardSourceException">A return channel is invalid everywhere because a source scored nothing, in more iterations in
    /// a row than <see cref="PolicyTrainerParts.ToleratedInvalidIterations"/>; the inner exception is the source's first one.</exception>
    public PolicyIteration Step(IReadOnlyList<PromptVisit> visits, int iteration, IIterationMonitor? monitor = null)
    {
        ArgumentNullException.ThrowIfNull(visits);
        monitor ??= NoMonitor.Instance;
        using var scope = NewDisposeScope();
        using var metrics = new MetricSink();

        RolloutBatch batch = monitor.Time("rollout", () => Rollout(visits, monitor));
        Tensor? reference = _parts.Reference is { } model ? monitor.Time("reference", () => ReferenceLogProbs(model, batch)) : null;
        (RewardFrame raw, RewardScores scores) = monitor.Time("score", () => Score(batch, reference, monitor));
        ShapedRewards rewards = monitor.Time("shape", () => _parts.Pipeline.Apply(raw, training: true, iteration, metrics));
        AdvantageEstimates advantages = monitor.Time("advantage", () => _parts.Estimator.Estimate(rewards, metrics));
        IReadOnlyList<OptimizerStepResult> updates = monitor.Time("update", () => Update(batch, advantages, reference, metrics, monitor));
        SourceWatch.Look look = SourceWatch.Add(metrics, rewards);
        IReadOnlyList<Metric> read = metrics.Read();
        _watch.Judge(look, scores, iteration);
        return new(batch.Rows, scores, updates, read, RewardTable.Of(batch, rewards, advantages));
    }

    /// <summary>What is wrong with training on responses that are sampled so; show it once.</summary>
    internal static IReadOnlyList<string> SamplingWarnings(SamplingOptions sampling)
    {
        string[] filters =
        [
            .. sampling.TopK > 0 ? (string[])[string.Create(CultureInfo.InvariantCulture, $"topK {sampling.TopK}")] : [],
            .. sampling.TopP < 1 ? (string[])[string.Create(CultureInfo.InvariantCulture, $"topP {sampling.TopP}")] : [],
            .. sampling.MinP > 0 ? (string[])[string.Create(CultureInfo.InvariantCulture, $"minP {sampling.MinP}")] : [],
        ];
        return filters.Length == 0
            ? []
            :
            [
                $"responses for training are sampled with {string.Join(" and ", filters)} (the phase's rollout), which leaves tokens out, while log-probabilities are those of the whole softmax: "
                    + "ratios and KL are biased. Sample with topK 0, topP 1 and minP 0; a temperature is no bias.",
            ];
    }

    internal static void CheckKl(RewardPipeline pipeline, KlOptions? inLoss)
    {
        if (
            inLoss is { Coefficient: > 0 }
            && pipeline.Weights.FirstOrDefault(w => w.Value != 0 && pipeline.Output[w.Key].IsKlPenalty).Key is { } channel
        )
        {
            throw new RewardPipelineException(
                $"the KL penalty would be applied twice: by channel '{channel}' in the reward and by the phase's kl in the loss. Remove one of them, or set the phase's kl:coefficient to 0 to measure only."
            );
        }
    }

    internal static void CheckOverlong(RewardPipeline pipeline, bool filtering)
    {
        if (filtering && pipeline.OverlongPenalty is { } stage)
        {
            throw new RewardPipelineException(
                $"stage '{stage}' penalises overlong responses, and the phase's overlongFiltering leaves those that were cut off out of the loss: what it penalises most would never be learned. "
                    + "Remove one of them."
            );
        }
    }

    private RolloutBatch Rollout(IReadOnlyList<PromptVisit> visits, IIterationMonitor monitor)
    {
        RolloutRequest[] requests = [.. visits.Select(v => new RolloutRequest(v.Prompt.TokenIds, v.Id, _parts.GroupSize))];
        IReadOnlyList<RolloutSequence> responses = _parts.Engine.Generate(requests, _parts.Sampling, monitor.Rollout);
        Rollout[] rows =
        [
            .. responses.Select(
                (r, i) => Generation.Rollout.Create(visits[i / _parts.GroupSize].Prompt, r, _parts.Tokenizer, _parts.Steps)
            ),
        ];
        return RolloutBatch.Create(rows, _parts.Policy.Device);
    }

    private (RewardFrame Raw, RewardScores Scores) Score(RolloutBatch batch, Tensor? reference, IIterationMonitor monitor)
    {
        BatchLayout layout = batch.Layout with { PolicyLogProbs = batch.BehaviourLogProbs, ReferenceLogProbs = reference };

        // Models first: while host sources run, torch waits.
        Completion[] completions = [.. batch.Rows.Select(r => r.Completion)];
        (IReadOnlyList<RewardChannel> byModels, IReadOnlyList<SourceScores> ofModels) = _models.Score(completions, layout, RewardType);
        RewardScores scores = _parts.Scorer.Score(completions, monitor.Scoring);
        RewardFrame frame = new(layout, [.. byModels, .. scores.ToChannels(layout, _parts.Policy.Device, RewardType)]);
        return (frame, new(scores.Rows, [.. scores.Sources, .. ofModels]));
    }

    private IReadOnlyList<OptimizerStepResult> Update(
        RolloutBatch batch,
        AdvantageEstimates advantages,
        Tensor? reference,
        MetricSink metrics,
        IIterationMonitor monitor
    )
    {
        TokenSequence[] rows = [.. batch.Rows.Select(r => r.Tokens)];
        Tensor kept = _parts.OverlongFiltering
            ? advantages.RowsInLoss.logical_and(batch.Layout.Truncated.logical_not())
            : advantages.RowsInLoss;
        Tensor lossMask = batch.Layout.ActionMask.logical_and(kept.unsqueeze(1));
        PolicyBatch learned = new(rows, batch.GroupOfRow, lossMask, advantages.Values, batch.BehaviourLogProbs, reference);
        return _update.Run(learned, metrics, monitor.Update);
    }

    private Tensor ReferenceLogProbs(ICausalLm reference, RolloutBatch batch)
    {
        TokenSequence[] rows = [.. batch.Rows.Select(r => r.Tokens)];
        using var noGrad = no_grad();
        int width = (int)batch.Layout.ActionMask.size(1);
        Tensor all = zeros_like(batch.BehaviourLogProbs);
        foreach (int[] part in MicroBatches.Split(Enumerable.Range(0, rows.Length), rows, _parts.MicroBatchTokens))
        {
            using var scope = NewDisposeScope();
            Tensor logProbs = ResponseLogProbs
                .Compute(reference, [.. part.Select(r => rows[r])], width, _parts.Sampling.Temperature)
                .LogProbs;
            all.index_copy_(0, tensor(part.Select(r => (long)r).ToArray(), device: all.device), logProbs);
        }

        return all;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogWarning(ILogger logger, string warning);
}
