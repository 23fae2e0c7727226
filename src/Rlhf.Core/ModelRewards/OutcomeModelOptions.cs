using System.ComponentModel.DataAnnotations;

namespace Rlhf.ModelRewards;

/// <summary>
/// Options of <see cref="ModelRewardSources.Outcome"/>: one score a response, at the last token of prompt and response in the model's chat format
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
