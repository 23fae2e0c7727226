using System.ComponentModel.DataAnnotations;
using Rlhf.Text;

namespace Rlhf.Verification;

/// <summary>Options of <see cref="Verifiers.Exact"/>.</summary>
public sealed class ExactOptions : RewardSourceOptions
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

    /// <summary>Which part of the response is read: <c>exclude</c> (what stands outside its thoughts), <c>include</c> or <c>only</c>.</summary>
    /// <value>Default <c>exclude</c>.</value>
    public ThoughtText Thoughts { get; init; } = ThoughtText.Exclude;
}
