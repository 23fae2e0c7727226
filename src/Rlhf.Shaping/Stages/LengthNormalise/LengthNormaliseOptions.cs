namespace Rlhf.Shaping.Stages;

/// <summary>
/// Length-normalised process reward: r_k ← r_k / K, K the number of the response's steps, invalid ones included (the baseline PR-Normed of
/// arXiv 2410.15115, which fails there: it does not stop a policy from adding good-looking steps).
/// </summary>
/// <remarks>Not causal: K is known only at the end.</remarks>
public sealed class LengthNormaliseOptions : StageOptions
{
    /// <summary>The step channel.</summary>
    public required string Channel { get; init; }
}
