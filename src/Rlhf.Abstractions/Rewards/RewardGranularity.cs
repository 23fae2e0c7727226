namespace Rlhf;

/// <summary>What one value of a reward channel belongs to.</summary>
public enum RewardGranularity
{
    /// <summary>A whole response: values <c>[B]</c>.</summary>
    Outcome,

    /// <summary>A step of a response: values <c>[B,K]</c>.</summary>
    Step,

    /// <summary>A token of a response: values <c>[B,R]</c>.</summary>
    Token,
}
