using System.ComponentModel.DataAnnotations;
using Rlhf.Chat;
using Rlhf.Configuration;
using Rlhf.Rewards;
using Rlhf.Text;

namespace Rlhf.ModelRewards;

/// <summary>What every reward model's options have.</summary>
public abstract class RewardModelOptions : RewardSourceOptions, IValidatableObject
{
    /// <summary>The model's Hugging Face folder: a causal trunk with a head of one or two outputs, and its tokenizer.</summary>
    [ConfigurationPath]
    [MinLength(1)]
    public required string Path { get; init; }

    /// <summary>
    /// The model's own chat template: <c>auto</c> recognises it; other names as for the policy's prompt. With <c>none</c> a line break
    /// stands between question and response.
    /// </summary>
    /// <value>Default <c>auto</c>.</value>
    public string Chat { get; init; } = "auto";

    /// <summary>Tokens of a sequence at the most; a longer one is not cut but invalid. Null for the model's own limit.</summary>
    /// <value>Default null.</value>
    [Range(1, 1048576)]
    public int? MaxTokens { get; init; }

    /// <summary>Tokens of a micro-batch at the most. Memory, never the result, depends on it.</summary>
    /// <value>Default 16384.</value>
    [Range(1, 1048576)]
    public int MicroBatchTokens { get; init; } = 16384;

    /// <summary>Keys of the model's config.json that are not known here and may be passed over.</summary>
    /// <value>Default none: an unknown key that is neither null nor false is refused, since it could change the scores.</value>
    public IReadOnlyList<string> IgnoreKeys { get; init; } = [];

    /// <inheritdoc/>
    public virtual IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ChatTemplates.Fault(Chat) is { } fault)
        {
            yield return new(fault, [nameof(Chat)]);
        }
    }
}

/// <summary>
/// Options of <see cref="RewardModels.Outcome"/>: one score a response, at the last token of prompt and response in the model's chat format
/// that is not the padding token (Skywork-Reward-V2, arXiv 2507.01352).
/// </summary>
public sealed class OutcomeModelOptions : RewardModelOptions
{
    /// <summary>The channel's name.</summary>
    /// <value>Default <c>reward_model</c>.</value>
    [MinLength(1)]
    public override string Name { get; init; } = "reward_model";

    /// <summary>What becomes of the head's number: <c>none</c> or <c>sigmoid</c>.</summary>
    /// <value>Default <c>none</c>: the logit.</value>
    public ScoreActivation Activation { get; init; } = ScoreActivation.None;
}

/// <summary>
/// Options of <see cref="RewardModels.Process"/>: one score a step, at its end. Prompt and each step with its separator are encoded apart
/// and their ids joined, so that the place that is read is exact whatever the tokenizer merges; scores meet the policy's steps by index.
/// </summary>
public sealed class ProcessModelOptions : RewardModelOptions
{
    /// <summary>The channel's name.</summary>
    /// <value>Default <c>process</c>.</value>
    [MinLength(1)]
    public override string Name { get; init; } = "process";

    /// <summary>
    /// What stands after every step; the score is read at its last token. It may be a special token of the model, such as
    /// Qwen2.5-Math-PRM's <c>&lt;extra_0&gt;</c>.
    /// </summary>
    /// <value>Default a line break; not empty.</value>
    [MinLength(1)]
    public string Separator { get; init; } = "\n";

    /// <summary>What becomes of the head's number: <c>none</c> or <c>sigmoid</c>.</summary>
    /// <value>Default <c>sigmoid</c>: a probability.</value>
    public ScoreActivation Activation { get; init; } = ScoreActivation.Sigmoid;

    /// <summary>
    /// Whether the prompt alone is scored, too, at its last token: the companion outcome channel <c>&lt;name&gt;.prompt</c>, which
    /// potential-based shaping can begin with.
    /// </summary>
    /// <value>Default false.</value>
    public bool ScorePrompt { get; init; }

    /// <summary>
    /// Makes one score of a response out of its steps' scores, as the papers on process models do; null keeps a score a step.
    /// </summary>
    /// <value>Default null.</value>
    public StepAggregation? Aggregation { get; init; }

    /// <summary>
    /// Which steps the model sees and scores: <c>include</c> (all), <c>exclude</c> (those outside thoughts) or <c>only</c> (those within);
    /// the others are invalid, and no part of an aggregate.
    /// </summary>
    /// <value>Default <c>include</c>.</value>
    public ThoughtText Thoughts { get; init; } = ThoughtText.Include;
}

/// <summary>What becomes of a head's number; of two labels' logits, the number is the difference.</summary>
public enum ScoreActivation
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>σ(x), 0 to 1.</summary>
    Sigmoid,
}
