using static TorchSharp.torch;

namespace Rlhf.Trainers.Advantages;

/// <summary>Advantages of an iteration, and which rows they are for.</summary>
public sealed class AdvantageEstimates(Tensor values, Tensor rowsInLoss, Tensor returns, Tensor flatGroups)
{
    /// <summary>Â <c>[B,R]</c>, of the rewards' type; 0 except at the action tokens of rows in the loss.</summary>
    public Tensor Values { get; } = values;

    /// <summary>
    /// bool <c>[B]</c>: policy rows that every return channel could score. All others have no loss term and no part in any
    /// denominator.
    /// </summary>
    public Tensor RowsInLoss { get; } = rowsInLoss;

    /// <summary>
    /// The episode's return R_i = Σ_c w_c · (sum of the channel's valid entries) <c>[B]</c>; 0 for rows that a
    /// return channel could not score.
    /// </summary>
    public Tensor Returns { get; } = returns;

    /// <summary>
    /// bool <c>[groups]</c>: groups with fewer than two rows in the loss, or whose returns are all equal, decided
    /// without rounding.
    /// </summary>
    public Tensor FlatGroups { get; } = flatGroups;
}
