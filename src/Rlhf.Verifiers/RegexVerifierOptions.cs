using System.ComponentModel.DataAnnotations;
using Rlhf.Text;

namespace Rlhf.Verification;

/// <summary>Options of <see cref="Verifiers.Regex"/>.</summary>
/// <remarks>
/// The answer is what the group <c>answer</c> holds in the pattern's last match, compared as text but for spaces. A response without a match
/// is a valid 0. Whether a response has a form at all, whatever its answer, is what <see cref="FormatOptions"/> asks.
/// </remarks>
public sealed class RegexVerifierOptions : RewardSourceOptions
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

    /// <summary>Which part of the response is matched: <c>exclude</c> (all but what its think tags hold; the tags stay, empty), <c>include</c> or <c>only</c>.</summary>
    /// <value>Default <c>exclude</c>.</value>
    public ThoughtText Thoughts { get; init; } = ThoughtText.Exclude;
}
