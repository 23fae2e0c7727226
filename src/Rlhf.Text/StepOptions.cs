using System.ComponentModel.DataAnnotations;

namespace Rlhf.Text;

/// <summary>How a response is cut into steps.</summary>
public sealed class StepOptions
{
    /// <summary>What ends a step: <c>delimiter</c>, <c>paragraph</c>, <c>numbered_step</c> or <c>token</c>.</summary>
    /// <value>Default <c>delimiter</c>.</value>
    public StepBoundary Boundary { get; init; } = StepBoundary.Delimiter;

    /// <summary>The delimiter's text.</summary>
    /// <value>Default a line break; not empty.</value>
    [MinLength(1)]
    public string Delimiter { get; init; } = "\n";

    /// <summary>Joins a blank segment to the step before it (a leading one to the first step) instead of counting it as a step.</summary>
    /// <value>Default false: empty steps are how process rewards get hacked, so they should be seen.</value>
    public bool MergeBlank { get; init; }
}
