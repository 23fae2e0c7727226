using System.ComponentModel.DataAnnotations;

namespace Rlhf.Shaping.Stages;

/// <summary>
/// KL divergence from the reference policy as a reward of each action token, in a new token channel: −k_t with d = log π_old(y_t) − log
/// π_ref(y_t) at the sampled token. The weight β of the penalty is the channel's weight.
/// </summary>
/// <remarks>
/// The same thing as a trainer's KL in the reward (PPO's classical form, Ziegler et al. 2019), so a trainer whose loss has a KL term, too,
/// refuses it, and so does an estimator that divides by a standard deviation, which would rescale β. It makes the trainer keep a reference
/// policy. Log-probabilities are those of the policy that sampled, at the sampling temperature.
/// </remarks>
public sealed class KlRewardOptions : StageOptions
{
    /// <summary>The new token channel.</summary>
    /// <value>Default <c>kl</c>.</value>
    [MinLength(1)]
    public string Into { get; init; } = "kl";

    /// <summary>
    /// What k is: <c>k1</c> = d, <c>absolute</c> = |d|, <c>k2</c> = d²/2, <c>k3</c> = e^(−d) + d − 1 with d bounded at ±20, against overflow.
    /// </summary>
    /// <value>Default <c>k1</c>, whose mean is the divergence.</value>
    public KlForm Form { get; init; } = KlForm.K1;

    /// <summary>Bound of k3's value; null for none. The other forms are not bounded, as in verl.</summary>
    /// <value>Default 10.</value>
    [Range(1e-6, 1e6)]
    public double? ValueClamp { get; init; } = 10;
}
