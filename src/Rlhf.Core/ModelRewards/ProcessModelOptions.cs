using System.ComponentModel.DataAnnotations;
using Rlhf.Rewards;
using Rlhf.Text;

namespace Rlhf.ModelRewards;

/// <summary>
/// Options of <see cref="ModelRewardSources.Process"/>: one score a step, at its end. Prompt and each step with its separator are encoded apart
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
