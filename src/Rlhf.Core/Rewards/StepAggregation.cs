namespace Rlhf.Rewards;

/// <summary>
/// How step scores become one score of a solution. Source: RewardMATH (arXiv 2410.01729) and its code, whose tables use product and
/// geometric mean.
/// </summary>
public enum StepAggregation
{
    /// <summary>The smallest.</summary>
    Min,

    /// <summary>The largest.</summary>
    Max,

    /// <summary>Π s, which falls with every step.</summary>
    Product,

    /// <summary>(Π s)^(1/K), which does not punish many steps. Where Π s is negative, −(−Π s)^(1/K).</summary>
    GeometricMean,

    /// <summary>Σ s / K.</summary>
    Mean,

    /// <summary>σ(Σ log(s/(1 − s)) / K); a score of 0 or less, or of 1 or more, counts as the nearest one between them.</summary>
    MeanLogit,

    /// <summary>max(0, Σ s/(1 − s) / K); a score of 1 or more counts as the nearest one below.</summary>
    MeanOdds,

    /// <summary>The last step's.</summary>
    Last,
}
