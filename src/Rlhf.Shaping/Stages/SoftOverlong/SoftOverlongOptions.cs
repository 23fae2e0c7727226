using System.ComponentModel.DataAnnotations;

namespace Rlhf.Shaping.Stages;

/// <summary>
/// DAPO's soft punishment of long responses (arXiv 2503.14476), in a new outcome channel: clamp((max − cache − L) / cache, −1, 0), that is
/// 0 up to max − cache action tokens, then falling linearly to −1 at max. L counts action tokens, the end token included.
/// </summary>
/// <remarks>
/// Place it after gates, so that a closed gate does not take the penalty of wrong answers away. A trainer refuses it together with overlong
/// filtering, which leaves the very responses out of the loss that it penalises most.
/// </remarks>
public sealed class SoftOverlongOptions : StageOptions
{
    /// <summary>The new outcome channel.</summary>
    /// <value>Default <c>overlong</c>.</value>
    [MinLength(1)]
    public string Into { get; init; } = "overlong";

    /// <summary>The length from which the penalty is −1; usually the most new tokens of a rollout.</summary>
    [Range(1, int.MaxValue)]
    public required int MaxLength { get; init; }

    /// <summary>Tokens before it over which the penalty grows; 0 for none, so that −1 comes beyond the length at once.</summary>
    [Range(0, int.MaxValue)]
    public required int Cache { get; init; }

    /// <inheritdoc/>
    protected override IEnumerable<string> Problems() =>
        Cache > MaxLength ? [$"Soft overlong penalty: cache is {Cache}, more than maxLength, {MaxLength}."] : [];
}
