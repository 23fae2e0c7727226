using System.ComponentModel.DataAnnotations;
using Rlhf.Text;

namespace Rlhf.Verification;

/// <summary>Options of <see cref="Verifiers.Format"/>.</summary>
public sealed class FormatOptions : RewardSourceOptions
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

    /// <summary>
    /// Which part of the response the rule reads: <c>exclude</c> (what stands outside its thoughts), <c>include</c> or <c>only</c>. The rule
    /// <c>pattern</c> sees the tags of thoughts that are excluded, empty.
    /// </summary>
    /// <value>Default null: <c>include</c> for the rules <c>pattern</c> and <c>think_answer</c>, <c>exclude</c> for the others.
    /// <c>think_answer</c> takes nothing but <c>include</c>.</value>
    public ThoughtText? Thoughts { get; init; }
}
