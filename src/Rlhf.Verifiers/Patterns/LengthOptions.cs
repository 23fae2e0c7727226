using System.ComponentModel.DataAnnotations;

namespace Rlhf.Verification.Patterns;

/// <summary>
/// Options of <see cref="TextRewards.Length"/>: the length of a response as an outcome, in the unit chosen; a weight below 0 makes it a
/// penalty.
/// </summary>
public sealed class LengthOptions : RewardSourceOptions
{
    /// <summary>The channel's name.</summary>
    /// <value>Default <c>length</c>.</value>
    [MinLength(1)]
    public override string Name { get; init; } = "length";

    /// <summary>
    /// What is counted: <c>tokens</c>, the end token included; <c>words</c>, which white space separates; <c>characters</c> (Unicode code
    /// points); or <c>steps</c>.
    /// </summary>
    /// <value>Default <c>tokens</c>. A text that no policy made has none, so that its length is invalid.</value>
    public LengthUnit Unit { get; init; } = LengthUnit.Tokens;
}
