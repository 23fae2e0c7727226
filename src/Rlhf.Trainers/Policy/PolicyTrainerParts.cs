using Microsoft.Extensions.Logging;
using Rlhf.ModelRewards;
using Rlhf.Models;
using Rlhf.Rewards;
using Rlhf.Scoring;
using Rlhf.Shaping;
using Rlhf.Text;
using Rlhf.Tokenizers;
using Rlhf.Trainers.Advantages;

namespace Rlhf.Trainers.Policy;

/// <summary>The parts of a <see cref="PolicyTrainer"/>.</summary>
public sealed class PolicyTrainerParts
{
    /// <summary>The model being trained.</summary>
    public required ICausalLm Policy { get; init; }

    /// <summary>The frozen model of the KL penalty, in the loss or as a stage, or null.</summary>
    public ICausalLm? Reference { get; init; }

    /// <summary>Samples from <see cref="Policy"/>.</summary>
    public required IRolloutEngine Engine { get; init; }

    /// <summary>The policy's tokenizer.</summary>
    public required ITokenizer Tokenizer { get; init; }

    /// <summary>Scores completions.</summary>
    public required RewardScorer Scorer { get; init; }

    /// <summary>Reward models that score beside <see cref="Scorer"/>.</summary>
    public IReadOnlyList<ITensorRewardSource> ModelRewardSources { get; init; } = [];

    /// <summary>Shapes rewards.</summary>
    public required RewardPipeline Pipeline { get; init; }

    /// <summary>Turns shaped rewards into advantages.</summary>
    public required IAdvantageEstimator Estimator { get; init; }

    /// <summary>How responses are sampled, with the run's seed.</summary>
    public required SamplingOptions Sampling { get; init; }

    /// <summary>G, the completions sampled for each prompt.</summary>
    public required int GroupSize { get; init; }

    /// <summary>How responses are cut into steps.</summary>
    public StepOptions Steps { get; init; } = new();

    /// <summary>Whether responses that were cut off are left out of the loss.</summary>
    public bool OverlongFiltering { get; init; }

    /// <summary>
    /// Iterations in a row that may pass in which a return channel has no valid entry because a source it is made of scored nothing; the
    /// next one ends the run.
    /// </summary>
    /// <value>Default 0; 0 or more.</value>
    public int ToleratedInvalidIterations { get; init; }

    /// <summary>Tokens of a micro-batch of the reference's forward pass.</summary>
    public int MicroBatchTokens { get; init; } = 16384;

    /// <summary>Gets the warnings about these parts once, when the trainer is made; null where the program shows them itself.</summary>
    public ILogger? Logger { get; init; }
}
