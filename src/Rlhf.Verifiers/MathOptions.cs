using System.ComponentModel.DataAnnotations;
using Rlhf.Text;
using Rlhf.Verification.Equivalence;

namespace Rlhf.Verification;

/// <summary>Options of <see cref="Verifiers.Math"/>.</summary>
/// <remarks>
/// The answer is looked for outside thoughts, in this order: what the last <c>&lt;answer&gt;…&lt;/answer&gt;</c> holds; what the last box
/// holds, as <see cref="BoxedOptions"/> says; what the last statement says ("the answer is …", or a line that begins with a marker); the
/// last value. A statement ends with its sentence, and before "because", "which", a remark in brackets and the like: of "The answer is 5, as
/// required." it is 5. A value is the whole expression that it stands in, so that <c>3/4</c>, <c>√2</c>, <c>10^5</c>, <c>3x+2</c> and
/// <c>2:30</c> are not 4, 2, 5, 2 and 30; "or", "and", commas and colons join values; a relation sign ends an expression, so that
/// <c>17 - 3 = 14</c> is 14. What is denied, supposed, asked, taken back afterwards or cut off is no answer, nor are a box and a later
/// statement that say different things. It is compared as <see cref="MathEquivalence"/> says.
/// </remarks>
public sealed class MathOptions : RewardSourceOptions
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

    /// <summary>Which part of the response is read: <c>exclude</c> (what stands outside its thoughts), <c>include</c> or <c>only</c>.</summary>
    /// <value>Default <c>exclude</c>.</value>
    public ThoughtText Thoughts { get; init; } = ThoughtText.Exclude;
}
