using System.ComponentModel.DataAnnotations;
using Rlhf.Generation;
using Rlhf.Runtime;
using Rlhf.Shaping;
using Rlhf.Trainers.Advantages;
using Rlhf.Trainers.Optimization;
using Rlhf.Trainers.Phases;

namespace Rlhf.Trainers.Policy;

/// <summary>
/// A policy-optimisation algorithm by name: a preset of advantage estimator, policy loss, loss aggregation and KL placement. Derive one
/// for an algorithm of your own, and register it with <c>ExperimentRegistry.WithAlgorithm</c>. An iteration is a rollout batch.
/// </summary>
public abstract record AlgorithmOptions : PhaseOptions, IValidatableObject
{
    /// <summary>Problems of an iteration.</summary>
    /// <value>Default 32.</value>
    [Range(1, 1048576)]
    public int PromptsPerIteration { get; init; } = 32;

    /// <summary>Sampling of completions.</summary>
    public RolloutOptions Rollout { get; init; } = new();

    /// <summary>Passes over an iteration's rollouts.</summary>
    /// <value>Default 1.</value>
    [Range(1, 64)]
    public int Epochs { get; init; } = 1;

    /// <summary>Optimizer steps of a pass, each over whole groups; divides <see cref="PromptsPerIteration"/>.</summary>
    /// <value>
    /// Default 1: with one pass, too, the weights that are trained are those that sampled. The ratio is then 1 but for rounding, and the clip
    /// all but inactive: rollout and training compute log-probabilities in batches of different shape, which in float32 differ in the last
    /// digits, in bfloat16 by per cents (<c>policy/token_mult_prob_error</c> measures it).
    /// </value>
    [Range(1, 1048576)]
    public int Minibatches { get; init; } = 1;

    /// <summary>
    /// Tokens of a micro-batch at the most: prompts and completions, without padding. Memory, never the result, depends on it.
    /// </summary>
    /// <value>Default 16384.</value>
    [Range(1, 1048576)]
    public int MicroBatchTokens { get; init; } = 16384;

    /// <summary>The optimizer; its schedule counts optimizer steps.</summary>
    public OptimizerOptions Optimizer { get; init; } = new();

    /// <summary>KL penalty against the policy as it was before this phase; null for none.</summary>
    /// <value>Default null.</value>
    public KlOptions? Kl { get; init; }

    /// <summary>Coefficient of the entropy bonus.</summary>
    /// <value>Default 0.</value>
    [Range(0.0, 10.0)]
    public double EntropyCoefficient { get; init; }

    /// <summary>
    /// Overlong filtering (DAPO, arXiv 2503.14476, section 3.4): responses that were cut off have no loss, so that a sound solution is not
    /// punished for its length alone. Their rewards still count in the group's baseline, as in TRL. Refused together with the stage
    /// <c>soft_overlong</c>.
    /// </summary>
    /// <value>Default false.</value>
    public bool OverlongFiltering { get; init; }

    /// <summary>When to stop before <see cref="PhaseOptions.Iterations"/>; null for never.</summary>
    /// <value>Default null.</value>
    public EarlyStopOptions? EarlyStop { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (PromptsPerIteration % Minibatches != 0)
        {
            yield return new(
                $"must divide promptsPerIteration, {PromptsPerIteration}: optimizer steps hold whole groups.",
                [nameof(Minibatches)]
            );
        }
    }

    /// <summary>Completions sampled for each prompt.</summary>
    public abstract int SamplesPerPrompt();

    /// <summary>What the update minimises.</summary>
    public abstract PolicyUpdateSettings UpdateSettings();

    /// <summary>How rewards become advantages.</summary>
    /// <param name="pipeline">The pipeline that shapes them.</param>
    /// <exception cref="RewardPipelineException">The pipeline's channels do not fit.</exception>
    public abstract IAdvantageEstimator CreateEstimator(RewardPipeline pipeline);
}

/// <summary>Group-relative policy optimisation (DeepSeekMath, arXiv 2402.03300).</summary>
public sealed record GrpoOptions : AlgorithmOptions
{
    /// <summary>Completions G sampled for each problem; their mean reward is the baseline.</summary>
    /// <value>Default 8; 2 or more.</value>
    [Range(2, 65536)]
    public int GroupSize { get; init; } = 8;

    /// <summary>Clip ranges of the policy loss.</summary>
    public ClippedPolicyLossOptions Loss { get; init; } = new();

    /// <summary>How token losses are averaged over an optimizer step.</summary>
    /// <value>Default <c>token_mean</c>.</value>
    public LossAggregation Aggregation { get; init; } = LossAggregation.TokenMean;

    /// <summary>How returns become advantages.</summary>
    public GroupAdvantageOptions Advantage { get; init; } = new();

    /// <inheritdoc/>
    public override int SamplesPerPrompt() => GroupSize;

    /// <inheritdoc/>
    public override PolicyUpdateSettings UpdateSettings() =>
        new(
            new ClippedPolicyLoss(Loss),
            Aggregation,
            Rollout.MaxNewTokens,
            Kl,
            EntropyCoefficient,
            Rollout.Temperature,
            Epochs,
            Minibatches,
            MicroBatchTokens
        );

    /// <inheritdoc/>
    public override IAdvantageEstimator CreateEstimator(RewardPipeline pipeline) => Advantage.CreateEstimator(pipeline);
}

/// <summary>Sampling of completions in training.</summary>
public sealed record RolloutOptions
{
    /// <summary>Sampling temperature; log-probabilities everywhere are those of softmax(logits / temperature).</summary>
    /// <value>Default 1; positive.</value>
    [Range(1e-3, 100)]
    public double Temperature { get; init; } = 1;

    /// <summary>Keeps only the k most likely tokens; 0 for all. Makes ratios biased.</summary>
    /// <value>Default 0.</value>
    [Range(0, int.MaxValue)]
    public int TopK { get; init; }

    /// <summary>Keeps the most likely tokens up to this probability together; 1 for all. Makes ratios biased.</summary>
    /// <value>Default 1; above 0.</value>
    [Range(1e-6, 1.0)]
    public double TopP { get; init; } = 1;

    /// <summary>Drops tokens below this share of the most likely one's probability; 0 for none. Makes ratios biased.</summary>
    /// <value>Default 0.</value>
    [Range(0.0, 1.0)]
    public double MinP { get; init; }

    /// <summary>Tokens of a completion at the most, the end token included.</summary>
    /// <value>Default 256.</value>
    [Range(1, 1048576)]
    public int MaxNewTokens { get; init; } = 256;

    /// <summary>
    /// Texts that end a completion and stay in its text, where reward sources see them; one that is a special token of the model is a stop
    /// token, and in no text.
    /// </summary>
    /// <value>Default none.</value>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Sequences generated at once; memory for keys and values is proportional to it.</summary>
    /// <value>Default 64. Fewer are used where they would take more than <see cref="MaxCacheBytes"/>, which the log then says.</value>
    [Range(1, 65536)]
    public int Slots { get; init; } = 64;

    /// <summary>Most bytes of the cache of keys and values; null for 2 GiB on a CPU, <see cref="CacheShare"/> on an accelerator.</summary>
    /// <value>Default null; must hold one sequence of the longest prompt and <see cref="MaxNewTokens"/>.</value>
    [Range(1L, long.MaxValue)]
    public long? MaxCacheBytes { get; init; }

    /// <summary>
    /// The cache's share of the memory that is free on an accelerator when the run begins, before the model is loaded; without effect on a
    /// CPU and where <see cref="MaxCacheBytes"/> is given. A resumed run keeps the limit that it began with.
    /// </summary>
    /// <value>Default 0.25; above 0, at most 0.9.</value>
    [Range(1e-3, 0.9)]
    public double CacheShare { get; init; } = 0.25;

    /// <summary>Most bytes of the cache of keys and values in an environment.</summary>
    internal long CacheBytes(ComputeEnvironment environment) =>
        MaxCacheBytes
        ?? (environment.FreeDeviceBytes is { } free ? Math.Max(1, (long)(free * CacheShare)) : new RolloutEngineOptions().MaxCacheBytes);

    /// <summary>Warnings to show once.</summary>
    internal IReadOnlyList<string> Warnings =>
        PolicyTrainer.SamplingWarnings(
            new()
            {
                TopK = TopK,
                TopP = TopP,
                MinP = MinP,
            }
        );
}

/// <summary>KL penalty in the loss.</summary>
public sealed record KlOptions
{
    /// <summary>β, weight of the penalty; 0 only measures it.</summary>
    /// <value>Default 0.001.</value>
    [Range(0.0, 100.0)]
    public double Coefficient { get; init; } = 0.001;

    /// <summary>The estimator: <c>k3_ratio</c>, <c>k3</c> or <c>k2</c>.</summary>
    /// <value>Default <c>k3_ratio</c>, whose gradient is that of the reverse KL.</value>
    public KlEstimator Estimator { get; init; } = KlEstimator.K3Ratio;

    /// <summary>
    /// Bound of k3's value in the loss's value and in <c>policy/kl</c>; null for none. The gradient does not depend on it: it grows with
    /// log π_ref − log π up to ±20.
    /// </summary>
    /// <value>Default 10.</value>
    [Range(1e-6, 1e6)]
    public double? ValueClamp { get; init; } = 10;
}

/// <summary>Ending the phase early, judged at each evaluation.</summary>
public sealed record EarlyStopOptions
{
    /// <summary>Stops once this accuracy is reached; null for never.</summary>
    /// <value>Default null; 0 to 1.</value>
    [Range(0.0, 1.0)]
    public double? TargetAccuracy { get; init; }

    /// <summary>Stops after this many evaluations in a row without a new best; null for never.</summary>
    /// <value>Default null; 1 or more.</value>
    [Range(1, int.MaxValue)]
    public int? Patience { get; init; }
}
