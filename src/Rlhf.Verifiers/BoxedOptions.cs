using System.ComponentModel.DataAnnotations;
using Rlhf.Text;

namespace Rlhf.Verification;

/// <summary>Options of <see cref="Verifiers.Boxed"/>.</summary>
/// <remarks>
/// The answer is what the last <c>\boxed{…}</c> or <c>\fbox{…}</c> holds, or what follows <c>\boxed</c> and a space up to the next space
/// or <c>$</c>; boxes with only a comma, "or" or "and" between them are one. A box that is denied ("not <c>\boxed{5}</c>"), asked
/// ("<c>\boxed{5}</c>?"), taken back afterwards ("wait, no") or not closed is no answer. It equals the reference if both are the same number (decimals, fractions and <c>\frac{a}{b}</c>; thousands separators,
/// <c>$</c> and <c>%</c> aside), otherwise if both are the same text but for spacing and size commands.
/// </remarks>
public sealed class BoxedOptions : RewardSourceOptions
{
    /// <summary>The channel's name.</summary>
    /// <value>Default <c>verifier</c>.</value>
    [MinLength(1)]
    public override string Name { get; init; } = "verifier";

    /// <summary>Which part of the response is read: <c>exclude</c> (what stands outside its thoughts), <c>include</c> or <c>only</c>.</summary>
    /// <value>Default <c>exclude</c>.</value>
    public ThoughtText Thoughts { get; init; } = ThoughtText.Exclude;
}
