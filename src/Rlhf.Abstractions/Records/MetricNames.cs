namespace Rlhf.Records;

/// <summary>
/// The names of all metrics. A part in braces stands for a name of the run (<c>reward/{channel}/mean</c>); <see cref="MetricCatalog.Fill"/>
/// puts it in.
/// </summary>
public static class MetricNames
{
    /// <summary>Mean of the final shaped reward.</summary>
    [Metric(
        "reward",
        "valid policy samples",
        "Mean of the final shaped reward.",
        "Rises. Its scale depends on the pipeline's weights, so compare runs by `eval/accuracy`."
    )]
    public const string RewardMean = "reward/mean";

    /// <summary>Standard deviation (ddof 1) of the final shaped reward over the iteration.</summary>
    [Metric(
        "reward",
        "valid policy samples",
        "Standard deviation (ddof 1) of the final shaped reward over the iteration.",
        "Falls towards 0 when everything is solved or nothing is."
    )]
    public const string RewardStd = "reward/std";

    /// <summary>Mean over groups of the standard deviation (ddof 1) inside a group.</summary>
    [Metric(
        "reward",
        "groups with at least two valid samples",
        "Mean over groups of the standard deviation (ddof 1) inside a group.",
        "Is the signal of group-relative advantages: at 0 nothing is learned."
    )]
    public const string RewardGroupStd = "reward/group_std";

    /// <summary>Groups whose valid rewards are all equal, and which so give advantage 0.</summary>
    [Metric(
        "fraction",
        "groups",
        "Groups whose valid rewards are all equal, and which so give advantage 0.",
        "Near 1 means problems are all too easy or all too hard."
    )]
    public const string RewardFlatGroups = "reward/flat_groups";

    /// <summary>Samples left out of loss, baseline and statistics because a return channel has entries there and no valid one.</summary>
    [Metric(
        "count",
        "—",
        "Samples left out of loss, baseline and statistics because a return channel has entries there and no valid one.",
        "0. Anything else is shown as a warning; `reward/{channel}/left_out` says which channel."
    )]
    public const string RewardInvalid = "reward/invalid";

    /// <summary>
    /// Mean over samples of the channel as scored, before any stage; a step or token channel is summed over a sample's valid entries.
    /// </summary>
    [Metric(
        "reward",
        "policy samples with a valid entry of the channel",
        "Mean over samples of the channel as scored, before any stage; a step or token channel is summed over a sample's valid entries.",
        "The verifier's rises; a shaping channel that rises alone is a sign of reward hacking."
    )]
    public const string RewardChannelMean = "reward/{channel}/mean";

    /// <summary>Samples in which an entry of the channel could not be scored: the scorer failed, was late, or had nothing to say.</summary>
    [Metric(
        "count",
        "—",
        "Samples in which an entry of the channel could not be scored: the scorer failed, was late, or had nothing to say.",
        "0. An invalid reward is not 0 and enters no mean."
    )]
    public const string RewardChannelInvalid = "reward/{channel}/invalid";

    /// <summary>Samples left out of the loss because this return channel, after all stages, has entries there and no valid one.</summary>
    [Metric(
        "count",
        "—",
        "Samples left out of the loss because this return channel, after all stages, has entries there and no valid one.",
        "0. A sample that two channels leave out counts in both, and once in `reward/invalid`."
    )]
    public const string RewardChannelLeftOut = "reward/{channel}/left_out";

    /// <summary>Completions in which the verifier found an answer to judge.</summary>
    [Metric(
        "fraction",
        "policy samples with a valid entry of the channel",
        "Completions in which the verifier found an answer to judge.",
        "Rises early: the format is learned before the arithmetic."
    )]
    public const string RewardChannelAnswered = "reward/{channel}/answered";

    /// <summary>Pearson's correlation of the channel as scored, summed over a sample, with the verified outcome.</summary>
    [Metric(
        "−1 to 1",
        "policy samples valid in both",
        "Pearson's correlation of the channel as scored, summed over a sample, with the verified outcome.",
        "Clearly above 0. Near 0 the channel says nothing of what is wanted; below 0 it is being hacked."
    )]
    public const string RewardChannelCorrelation = "reward/{channel}/correlation";

    /// <summary>Pearson's correlation of the final shaped reward with the verified outcome.</summary>
    [Metric(
        "−1 to 1",
        "policy samples valid in both",
        "Pearson's correlation of the final shaped reward with the verified outcome.",
        "Stays high. A fall says that something else than the outcome is being rewarded."
    )]
    public const string RewardCorrelation = "reward/correlation";

    /// <summary>
    /// The part of the within-group variance of the return that a return channel carries: Σ cov(w·r, R) / Σ var(R). The parts add up to 1.
    /// </summary>
    [Metric(
        "fraction",
        "within-group variance of the return",
        "The part of the within-group variance of the return that a return channel carries: Σ cov(w·r, R) / Σ var(R). The parts add up to 1.",
        "The outcome's is the largest. Process rewards above one half decide what is learned."
    )]
    public const string RewardChannelVarianceShare = "reward/{channel}/group_variance_share";

    /// <summary>
    /// What a stage did to each channel that it writes (<c>channel/mean</c> …), and what it counts itself: entries clipped, gated, flipped ….
    /// </summary>
    [Metric(
        "as the stage says",
        "as the stage names it",
        "What a stage did. Of every channel that it writes: `{channel}/mean`, `std` (divisor n), `min` and `max` over the valid entries, each with its value before the stage (`…_before`); the shares `changed` and `invalid`; the `correlation` with the verified outcome. Besides, what the stage counts itself: the share of entries clipped, gated, flipped ….",
        "Shows whether the stage does anything at all."
    )]
    public const string ShapingMetric = "shaping/{stage}/{metric}";

    /// <summary>Signatures of reward hacking that appeared in this iteration.</summary>
    [Metric("count", "—", "Signatures of reward hacking that appeared in this iteration.", "0. The log says which, with figures.")]
    public const string MonitorAlarms = "monitor/alarms";

    /// <summary>Groups sampled.</summary>
    [Metric("count", "—", "Groups sampled.", "Constant.")]
    public const string RolloutPrompts = "rollout/prompts";

    /// <summary>Completions sampled.</summary>
    [Metric("count", "—", "Completions sampled.", "Constant: prompts × group size.")]
    public const string RolloutSamples = "rollout/samples";

    /// <summary>Tokens sampled, end tokens included.</summary>
    [Metric("tokens", "—", "Tokens sampled, end tokens included.", "Follows the response length.")]
    public const string RolloutTokens = "rollout/tokens";

    /// <summary>Mean response length, end token included.</summary>
    [Metric(
        "tokens",
        "samples",
        "Mean response length, end token included.",
        "Steady or slowly changing. A jump to the maximum is a collapse."
    )]
    public const string RolloutResponseLength = "rollout/response_length";

    /// <summary>Longest response.</summary>
    [Metric("tokens", "—", "Longest response.", "Below the limit.")]
    public const string RolloutResponseLengthMax = "rollout/response_length_max";

    /// <summary>Mean number of reasoning steps of a response, blank ones included.</summary>
    [Metric(
        "steps",
        "samples",
        "Mean number of reasoning steps of a response, blank ones included.",
        "Steady. Growth without accuracy is how process rewards get hacked."
    )]
    public const string RolloutSteps = "rollout/steps";

    /// <summary>Responses cut off at the maximum length.</summary>
    [Metric("fraction", "samples", "Responses cut off at the maximum length.", "Near 0; truncated answers are seldom right.")]
    public const string RolloutTruncated = "rollout/truncated";

    /// <summary>The clipped policy loss plus the KL term, less the entropy bonus.</summary>
    [Metric(
        "nats-weighted advantage",
        "as the phase's `aggregation` says, over an optimizer step; mean over the steps made",
        "The clipped policy loss plus the KL term, less the entropy bonus.",
        "Near 0 and noisy. It is *not* a measure of progress: at the weights that sampled, the policy loss is −mean advantage, which the baseline holds near 0."
    )]
    public const string PolicyLoss = "policy/loss";

    /// <summary>
    /// KL divergence from the frozen reference, estimator k3 at the sampled tokens, each token's value bounded by <c>valueClamp</c>.
    /// </summary>
    [Metric(
        "nats",
        "loss tokens",
        "KL divergence from the frozen reference, estimator k3 at the sampled tokens, each token's value bounded by the phase's `kl:valueClamp`.",
        "Grows slowly from 0. A steep rise means the policy leaves the reference for a reward trick."
    )]
    public const string PolicyKl = "policy/kl";

    /// <summary>KL divergence of the updated policy from the one that sampled (k3), over all optimizer steps of the iteration.</summary>
    [Metric(
        "nats",
        "loss tokens",
        "KL divergence of the updated policy from the one that sampled (k3), over all optimizer steps of the iteration.",
        "Small (under about 0.05). With a single optimizer step an iteration 0 but for rounding, which in bfloat16 is not small."
    )]
    public const string PolicyApproxKl = "policy/approx_kl";

    /// <summary>Entropy of the next-token distribution over the full vocabulary at the sampling temperature.</summary>
    [Metric(
        "nats",
        "loss tokens",
        "Entropy of the next-token distribution over the full vocabulary at the sampling temperature.",
        "Falls gently. A collapse towards 0 ends exploration."
    )]
    public const string PolicyEntropy = "policy/entropy";

    /// <summary>Tokens at which the clipped branch of the loss is active, and which so give no gradient.</summary>
    [Metric(
        "fraction",
        "loss tokens",
        "Tokens at which the clipped branch of the loss is active, and which so give no gradient.",
        "0 to 0.2. With a single optimizer step an iteration 0 in float32; in bfloat16 rounding alone may clip a few."
    )]
    public const string PolicyClipFraction = "policy/clip_fraction";

    /// <summary>Largest importance ratio of the iteration's loss tokens.</summary>
    [Metric("ratio", "—", "Largest importance ratio of the iteration's loss tokens.", "Near 1.")]
    public const string PolicyRatioMax = "policy/ratio_max";

    /// <summary>Mean of exp|log-prob recomputed by the trainer − log-prob of the rollout|, before the weights move.</summary>
    [Metric(
        "ratio",
        "loss tokens of the first optimizer step",
        "Mean of exp|log-prob recomputed by the trainer − log-prob of the rollout|, before the weights move; a token counts at most e^20.",
        "1.00 to 1.05. More means that rollout and trainer compute different models."
    )]
    public const string PolicyTokenMultProbError = "policy/token_mult_prob_error";

    /// <summary>Global norm of the gradient before clipping.</summary>
    [Metric(
        "norm",
        "optimizer steps made",
        "Global norm of the gradient before clipping.",
        "Steady. Spikes are cut by clipping; a non-finite one skips the step."
    )]
    public const string OptimizerGradientNorm = "optimizer/gradient_norm";

    /// <summary>Learning rate of the last optimizer step.</summary>
    [Metric("—", "—", "Learning rate of the last optimizer step.", "Warm-up, then the schedule's decay.")]
    public const string OptimizerLearningRate = "optimizer/learning_rate";

    /// <summary>Optimizer steps taken since the phase began.</summary>
    [Metric("count", "—", "Optimizer steps taken since the phase began.", "Grows by epochs × minibatches an iteration.")]
    public const string OptimizerSteps = "optimizer/steps";

    /// <summary>Optimizer steps of the iteration that were skipped because loss or gradient norm was not finite.</summary>
    [Metric(
        "count",
        "—",
        "Optimizer steps of the iteration that were skipped because loss or gradient norm was not finite.",
        "0. Anything else is shown as a warning."
    )]
    public const string OptimizerSkippedSteps = "optimizer/skipped_steps";

    /// <summary>Cross-entropy of the completion tokens.</summary>
    [Metric("nats", "completion tokens of the optimizer step", "Cross-entropy of the completion tokens.", "Falls, fast and then slowly.")]
    public const string SftLoss = "sft/loss";

    /// <summary>Completion tokens of the iteration.</summary>
    [Metric("tokens", "—", "Completion tokens of the iteration.", "Steady.")]
    public const string SftTokens = "sft/tokens";

    /// <summary>Problems solved by greedy decoding, judged by the verifier's raw reward.</summary>
    [Metric(
        "fraction",
        "held-out problems",
        "Problems solved by greedy decoding, judged by the verifier's raw reward.",
        "Rises. This is the result; shaping and noise never touch it."
    )]
    public const string EvalAccuracy = "eval/accuracy";

    /// <summary>Test problems solved by greedy decoding before the last phase and after it; the two numbers of the result line.</summary>
    [Metric(
        "fraction",
        "test problems",
        "Test problems solved by greedy decoding before the last phase and after it; the two numbers of the result line.",
        "Higher after than before. On the way `eval/accuracy` is measured on validation problems where there are any."
    )]
    public const string EvalTestAccuracy = "eval/test_accuracy";

    /// <summary>Held-out problems that could not be scored; they count as unsolved.</summary>
    [Metric("count", "—", "Held-out problems that could not be scored; they count as unsolved.", "0.")]
    public const string EvalInvalid = "eval/invalid";

    /// <summary>Held-out problems evaluated.</summary>
    [Metric("count", "—", "Held-out problems evaluated.", "Constant.")]
    public const string EvalProblems = "eval/problems";

    /// <summary>Mean response length of greedy decoding.</summary>
    [Metric("tokens", "held-out problems", "Mean response length of greedy decoding.", "Steady.")]
    public const string EvalResponseLength = "eval/response_length";

    /// <summary>Greedy responses cut off at the maximum length.</summary>
    [Metric("fraction", "held-out problems", "Greedy responses cut off at the maximum length.", "Near 0.")]
    public const string EvalTruncated = "eval/truncated";

    /// <summary>Seconds since the process began.</summary>
    [Metric("s", "—", "Seconds since the process began.", "—")]
    public const string TimeElapsed = "time/elapsed_seconds";

    /// <summary>The iteration, evaluation and checkpoint included.</summary>
    [Metric("s", "—", "The iteration, evaluation and checkpoint included.", "—")]
    public const string TimeIteration = "time/iteration_seconds";

    /// <summary>
    /// One part of the iteration: <c>rollout</c>, <c>score</c>, <c>shape</c>, <c>advantage</c>, <c>update</c>, <c>evaluation</c>,
    /// <c>checkpoint</c>.
    /// </summary>
    [Metric(
        "s",
        "—",
        "One part of the iteration: `rollout`, `reference`, `score`, `shape`, `advantage`, `update`, `evaluation`, `checkpoint`.",
        "Rollout and update take nearly all."
    )]
    public const string TimeActivity = "time/{activity}_seconds";

    /// <summary>Tokens sampled (RL) or trained on (SFT).</summary>
    [Metric("tokens/s", "iteration seconds without evaluation and checkpoint", "Tokens sampled (RL) or trained on (SFT).", "Steady.")]
    public const string TimeTokensPerSecond = "time/tokens_per_second";

    /// <summary>Tokens sampled.</summary>
    [Metric("tokens/s", "rollout seconds", "Tokens sampled.", "Steady; falls as responses grow.")]
    public const string TimeRolloutTokensPerSecond = "time/rollout_tokens_per_second";

    /// <summary>Tokens (prompt and response) that went forward and backward, all epochs.</summary>
    [Metric("tokens/s", "update seconds", "Tokens (prompt and response) that went forward and backward, all epochs.", "Steady.")]
    public const string TimeUpdateTokensPerSecond = "time/update_tokens_per_second";

    /// <summary>Scores made invalid by their wall-clock deadline.</summary>
    [Metric("count", "—", "Scores made invalid by their wall-clock deadline.", "0.")]
    public const string TimeScoreDeadlines = "time/score_deadlines";

    /// <summary>The process's resident memory after the iteration.</summary>
    [Metric("bytes", "—", "The process's resident memory after the iteration.", "Flat.")]
    public const string TimeResidentBytes = "time/resident_bytes";

    /// <summary>Tensors alive after the iteration.</summary>
    [Metric("count", "—", "Tensors alive after the iteration.", "Constant.")]
    public const string TimeLiveTensors = "time/live_tensors";
}
