using System.ComponentModel.DataAnnotations;
using Rlhf.Text;

namespace Rlhf.Verification;

/// <summary>Options of <see cref="Verifiers.Numeric"/>.</summary>
/// <remarks>
/// Right where |answer − reference| ≤ max(absolute, relative·|reference|), on exact fractions. The answer is found as
/// <see cref="MathOptions"/> says. Decimals, <c>3/4</c>, <c>2 2/3</c>, <c>\frac{3}{4}</c>, <c>1.5e3</c> and <c>1.5 \times 10^3</c> are
/// numbers, with a name before them (<c>x = 5</c>) or what they count after them; a number within a larger expression is none.
/// </remarks>
public sealed class NumericOptions : RewardSourceOptions
{
    /// <summary>The channel's name.</summary>
    /// <value>Default <c>verifier</c>.</value>
    [MinLength(1)]
    public override string Name { get; init; } = "verifier";

    /// <summary>The absolute tolerance.</summary>
    /// <value>Default 0; 0 or more.</value>
    [Range(0.0, double.MaxValue)]
    public double Absolute { get; init; }

    /// <summary>The relative tolerance.</summary>
    /// <value>Default 0; 0 or more.</value>
    [Range(0.0, double.MaxValue)]
    public double Relative { get; init; }

    /// <summary>Which part of the response is read: <c>exclude</c> (what stands outside its thoughts), <c>include</c> or <c>only</c>.</summary>
    /// <value>Default <c>exclude</c>.</value>
    public ThoughtText Thoughts { get; init; } = ThoughtText.Exclude;
}
