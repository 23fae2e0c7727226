namespace Rlhf.Verification.Patterns;

/// <summary>Which published form of the reasoning-pattern reward is computed.</summary>
public enum ReasoningPatternForm
{
    /// <summary>clip(c/40 − rep, 0, 1) with the 40 patterns: the paper's figure 9.</summary>
    Paper,

    /// <summary>max(0, min(1, c/20) − rep − count of <c>user: </c>) with the 40 patterns: the released code for mathematics.</summary>
    CodeMath,

    /// <summary>max(0, min(1, c/20) − rep) with 53 patterns: the released code for reward-model tasks.</summary>
    CodeRewardModel,
}
