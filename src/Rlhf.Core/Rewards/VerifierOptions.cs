using System.ComponentModel.DataAnnotations;

namespace Rlhf.Rewards;

/// <summary>Where a final number is looked for.</summary>
public enum NumberSearch
{
    /// <summary>After the marker, as GSM8K's official rule reads it: <c>#### (\-?[0-9\.\,]+)</c>, commas dropped.</summary>
    Strict,

    /// <summary>
    /// The last number of the text, whatever stands around it: <c>$1,234.50.</c>, <c>-3</c>, <c>75%</c> (read as 75), <c>3/4</c>.
    /// </summary>
    Flexible,
}

/// <summary>Which of several marked answers counts.</summary>
public enum MarkerOccurrence
{
    /// <summary>The first, as GSM8K's official rule has it.</summary>
    First,

    /// <summary>The last.</summary>
    Last,
}

/// <summary>Options of <see cref="Verifiers.LastNumber"/>.</summary>
/// <remarks>
/// Source: <c>extract_answer</c> of the data set's repository (Cobbe et al. 2021, arXiv 2110.14168). That rule compares texts; here
/// numbers are compared, exactly, so that 18.0 and 18. are 18.
/// </remarks>
public sealed record LastNumberOptions : RewardSourceOptions
{
    /// <summary>The channel's name.</summary>
    /// <value>Default <c>verifier</c>.</value>
    [MinLength(1)]
    public override string Name { get; init; } = "verifier";

    /// <summary>Where the number is looked for: <c>strict</c> or <c>flexible</c>.</summary>
    /// <value>Default <c>strict</c>.</value>
    public NumberSearch Search { get; init; } = NumberSearch.Strict;

    /// <summary>What stands before the answer and one space. Used by the strict search.</summary>
    /// <value>Default <c>####</c>; not empty.</value>
    [MinLength(1)]
    public string Marker { get; init; } = "####";

    /// <summary>Which of several marked answers counts: <c>first</c> or <c>last</c>. Used by the strict search.</summary>
    /// <value>Default <c>first</c>.</value>
    public MarkerOccurrence Occurrence { get; init; } = MarkerOccurrence.First;
}

/// <summary>Options of <see cref="Verifiers.Boxed"/>.</summary>
/// <remarks>
/// The answer is what the last <c>\boxed{…}</c> or <c>\fbox{…}</c> holds, or what follows <c>\boxed</c> and a space up to the next space
/// or <c>$</c>. It equals the reference if both are the same number (decimals, fractions and <c>\frac{a}{b}</c>; thousands separators,
/// <c>$</c> and <c>%</c> aside), otherwise if both are the same text but for spacing and size commands.
/// </remarks>
public sealed record BoxedOptions : RewardSourceOptions
{
    /// <summary>The channel's name.</summary>
    /// <value>Default <c>verifier</c>.</value>
    [MinLength(1)]
    public override string Name { get; init; } = "verifier";
}

/// <summary>Options of <see cref="Verifiers.Math"/>.</summary>
/// <remarks>
/// The answer is what the last <c>\boxed{…}</c> or <c>\fbox{…}</c> holds; without one, the rest of the last line that begins with one of
/// the markers or holds "answer is"; without that, the last <c>$…$</c> or number. A response that ends within its last box has no answer.
/// It is compared as <see cref="MathEquivalence"/> says.
/// </remarks>
public sealed record MathOptions : RewardSourceOptions
{
    /// <summary>The channel's name.</summary>
    /// <value>Default <c>verifier</c>.</value>
    [MinLength(1)]
    public override string Name { get; init; } = "verifier";

    /// <summary>What a line with the answer may begin with where nothing is boxed.</summary>
    /// <value>Default <c>####</c>, <c>A:</c>, <c>Answer:</c>, <c>Final answer:</c>; case does not matter.</value>
    public IReadOnlyList<string> Markers { get; init; } = ["####", "A:", "Answer:", "Final answer:"];

    /// <summary>Whether a response that is neither boxed nor marked is judged by its last formula or number.</summary>
    /// <value>Default true.</value>
    public bool LastValue { get; init; } = true;
}

/// <summary>What form a response should have.</summary>
public enum FormatRule
{
    /// <summary>The marker stands exactly once, at the beginning of the last line that is not blank, and something follows it.</summary>
    FinalLine,

    /// <summary>There is a boxed answer.</summary>
    Boxed,

    /// <summary>A regular expression matches somewhere.</summary>
    Pattern,

    /// <summary>
    /// Exactly one <c>&lt;think&gt;…&lt;/think&gt;</c> at the beginning and after it exactly one <c>&lt;answer&gt;…&lt;/answer&gt;</c> that
    /// ends the response, neither empty.
    /// </summary>
    ThinkAnswer,

    /// <summary>The response, or what its only code fence holds, is one JSON object or list.</summary>
    Json,
}

/// <summary>Options of <see cref="Verifiers.Format"/>.</summary>
public sealed record FormatOptions : RewardSourceOptions
{
    /// <summary>The channel's name.</summary>
    /// <value>Default <c>format</c>.</value>
    [MinLength(1)]
    public override string Name { get; init; } = "format";

    /// <summary>The wanted form: <c>final_line</c>, <c>boxed</c>, <c>pattern</c>, <c>think_answer</c> or <c>json</c>.</summary>
    /// <value>Default <c>final_line</c>.</value>
    public FormatRule Rule { get; init; } = FormatRule.FinalLine;

    /// <summary>The marker of the final line.</summary>
    /// <value>Default <c>####</c>; not empty.</value>
    [MinLength(1)]
    public string Marker { get; init; } = "####";

    /// <summary>A .NET regular expression without look-around and back-references, so that it matches in linear time.</summary>
    /// <value>Default null; needed by the rule <c>pattern</c> and given only there.</value>
    public string? Pattern { get; init; }
}

/// <summary>Options of <see cref="Verifiers.ArithmeticSteps"/>.</summary>
/// <remarks>
/// A step is right if it holds an equation such as <c>16 - 3 * (1 + 1) = 10</c> and all its equations hold exactly; in
/// <c>2 + 3 = 5 + 4 = 9</c> every side has to be equal. The last step that is not blank may be the answer line, <c>#### 10</c>: it is
/// right if its number is the result of the nearest earlier equation. Nothing checks that a step is of use, so right but idle steps hack
/// this reward: that is what the stages clip and delta are for.
/// </remarks>
public sealed record ArithmeticStepsOptions : RewardSourceOptions
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
}

/// <summary>Options of <see cref="Verifiers.Exact"/>.</summary>
public sealed record ExactOptions : RewardSourceOptions
{
    /// <summary>The channel's name.</summary>
    /// <value>Default <c>verifier</c>.</value>
    [MinLength(1)]
    public override string Name { get; init; } = "verifier";

    /// <summary>
    /// What is compared: <c>response</c>, the whole text, or <c>final_answer</c>, what is boxed or marked as <see cref="MathOptions"/>
    /// says.
    /// </summary>
    /// <value>Default <c>final_answer</c>.</value>
    public ComparedText Compare { get; init; } = ComparedText.FinalAnswer;

    /// <summary>Whether capital and small letters are the same.</summary>
    /// <value>Default false.</value>
    public bool IgnoreCase { get; init; }
}

/// <summary>Which part of a response is compared.</summary>
public enum ComparedText
{
    /// <summary>What is boxed, or marked as the answer.</summary>
    FinalAnswer,

    /// <summary>The whole text.</summary>
    Response,
}

/// <summary>Options of <see cref="Verifiers.Regex"/>.</summary>
/// <remarks>
/// The answer is what the group <c>answer</c> holds in the pattern's last match, compared as text but for spaces. A response without a match
/// is a valid 0. Whether a response has a form at all, whatever its answer, is what <see cref="FormatOptions"/> asks.
/// </remarks>
public sealed record RegexVerifierOptions : RewardSourceOptions
{
    /// <summary>The channel's name.</summary>
    /// <value>Default <c>verifier</c>.</value>
    [MinLength(1)]
    public override string Name { get; init; } = "verifier";

    /// <summary>
    /// A regular expression with a group <c>(?&lt;answer&gt;…)</c>, of those that .NET matches in linear time: no look-around and no
    /// back-references.
    /// </summary>
    [MinLength(1)]
    public required string Pattern { get; init; }

    /// <summary>Whether capital and small letters are the same, in the answer's text; for the pattern <c>(?i)</c> says so.</summary>
    /// <value>Default false.</value>
    public bool IgnoreCase { get; init; }
}

/// <summary>Options of <see cref="Verifiers.Numeric"/>.</summary>
/// <remarks>
/// Right where |answer − reference| ≤ max(absolute, relative·|reference|), on exact fractions. The answer is found as
/// <see cref="MathOptions"/> says, and of a text that is more than a number its last number counts. Decimals, <c>3/4</c>,
/// <c>\frac{3}{4}</c>, <c>1.5e3</c> and <c>1.5 \times 10^3</c> are numbers; an exponent alone, or a number within a root, is none.
/// </remarks>
public sealed record NumericOptions : RewardSourceOptions
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
}

/// <summary>Options of <see cref="Verifiers.SetF1"/>.</summary>
/// <remarks>
/// F1 = 2·|A ∩ B| / (|A| + |B|) of the sets of items, compared without case and outer spaces. A reference without items cannot be scored.
/// </remarks>
public sealed record SetF1Options : RewardSourceOptions
{
    /// <summary>The channel's name.</summary>
    /// <value>Default <c>verifier</c>.</value>
    [MinLength(1)]
    public override string Name { get; init; } = "verifier";

    /// <summary>What separates items.</summary>
    /// <value>Default a comma; not empty.</value>
    [MinLength(1)]
    public string Separator { get; init; } = ",";
}
