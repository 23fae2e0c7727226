namespace Rlhf.ModelRewards;

/// <summary>What becomes of a head's number; of two labels' logits, the number is the difference.</summary>
public enum ScoreActivation
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>σ(x), 0 to 1.</summary>
    Sigmoid,
}
