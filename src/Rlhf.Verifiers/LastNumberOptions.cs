using System.ComponentModel.DataAnnotations;
using Rlhf.Text;

namespace Rlhf.Verification;

/// <summary>Options of <see cref="Verifiers.LastNumber"/>.</summary>
/// <remarks>
/// Source: <c>extract_answer</c> of the data set's repository (Cobbe et al. 2021, arXiv 2110.14168). That rule compares texts; here
/// numbers are compared, exactly, so that 18.0 and 18. are 18.
/// </remarks>
public sealed class LastNumberOptions : RewardSourceOptions
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

    /// <summary>Which part of the response is read: <c>exclude</c> (what stands outside its thoughts), <c>include</c> or <c>only</c>.</summary>
    /// <value>Default <c>exclude</c>.</value>
    public ThoughtText Thoughts { get; init; } = ThoughtText.Exclude;
}
