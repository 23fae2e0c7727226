using System.ComponentModel.DataAnnotations;
using Rlhf.Text;

namespace Rlhf.Verification;

/// <summary>Options of <see cref="Verifiers.ArithmeticSteps"/>.</summary>
/// <remarks>
/// A step is right if it holds an equation such as <c>16 - 3 * (1 + 1) = 10</c> and all its equations hold exactly; in
/// <c>2 + 3 = 5 + 4 = 9</c> every side has to be equal. The last step that is not blank may be the answer line, <c>#### 10</c>: it is
/// right if its number is the result of the nearest earlier equation. Nothing checks that a step is of use, so right but idle steps hack
/// this reward: that is what the stages clip and delta are for.
/// </remarks>
public sealed class ArithmeticStepsOptions : RewardSourceOptions
{
    /// <summary>The channel's name.</summary>
    /// <value>Default <c>process</c>.</value>
    [MinLength(1)]
    public override string Name { get; init; } = "process";

    /// <summary>What begins the answer line.</summary>
    /// <value>Default <c>####</c>; not empty.</value>
    [MinLength(1)]
    public string Marker { get; init; } = "####";

    /// <summary>The value of a step that is blank or holds no equation.</summary>
    /// <value>Default 0; finite.</value>
    public double WithoutEquation { get; init; }

    /// <summary>
    /// Which steps are scored: <c>include</c> (all), <c>exclude</c> (those outside thoughts) or <c>only</c> (those within); the others are
    /// invalid.
    /// </summary>
    /// <value>Default <c>include</c>: steps are mostly thoughts.</value>
    public ThoughtText Thoughts { get; init; } = ThoughtText.Include;
}
