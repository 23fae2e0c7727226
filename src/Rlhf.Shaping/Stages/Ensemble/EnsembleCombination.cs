namespace Rlhf.Shaping.Stages;

/// <summary>How models' scores become one.</summary>
public enum EnsembleCombination
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>The smallest: worst-case optimisation.</summary>
    Min,

    /// <summary>Mean − λ·variance, the variance over the models with divisor n: uncertainty-weighted optimisation.</summary>
    Uncertainty,
}
