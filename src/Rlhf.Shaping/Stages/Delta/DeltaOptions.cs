namespace Rlhf.Shaping.Stages;

/// <summary>
/// Delta: a step's reward minus the next step's (arXiv 2410.15115, PR-Delta). r_k ← r_k − r_{k+1} for k &lt; K − 1, r_{K−1} for the last
/// but one step, 0 for the last; the sum from step k on is then r_k, however many steps follow, so that repeating good steps earns nothing.
/// </summary>
/// <remarks>
/// <para>
/// "The next" is the next valid step before the last of the response; an invalid step stays invalid. A response of one step gets 0. Clip
/// before Delta gives the paper's PR-Clip-Delta.
/// </para>
/// <para>
/// Delta is not causal: step k's reward holds the score of a step chosen later. Summed over an episode it is only α·r_1, but every
/// return-to-go estimator pays α·r for not ending. The channel's schema says so, and an estimator warns where it matters.
/// </para>
/// </remarks>
public sealed class DeltaOptions : StageOptions
{
    /// <summary>The step channel.</summary>
    public required string Channel { get; init; }
}
