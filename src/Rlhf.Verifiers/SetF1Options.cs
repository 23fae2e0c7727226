using System.ComponentModel.DataAnnotations;
using Rlhf.Text;

namespace Rlhf.Verification;

/// <summary>Options of <see cref="Verifiers.SetF1"/>.</summary>
/// <remarks>
/// F1 = 2·|A ∩ B| / (|A| + |B|) of the sets of items, compared without case and outer spaces. A reference without items cannot be scored.
/// </remarks>
public sealed class SetF1Options : RewardSourceOptions
{
    /// <summary>The channel's name.</summary>
    /// <value>Default <c>verifier</c>.</value>
    [MinLength(1)]
    public override string Name { get; init; } = "verifier";

    /// <summary>What separates items.</summary>
    /// <value>Default a comma; not empty.</value>
    [MinLength(1)]
    public string Separator { get; init; } = ",";

    /// <summary>Which part of the response is read: <c>exclude</c> (what stands outside its thoughts), <c>include</c> or <c>only</c>.</summary>
    /// <value>Default <c>exclude</c>.</value>
    public ThoughtText Thoughts { get; init; } = ThoughtText.Exclude;
}
