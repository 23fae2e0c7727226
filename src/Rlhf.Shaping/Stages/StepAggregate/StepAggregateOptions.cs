using System.ComponentModel.DataAnnotations;
using Rlhf.Rewards;

namespace Rlhf.Shaping.Stages;

/// <summary>
/// One score of a response from its step scores, in a new outcome channel. Invalid where a step is, or where there is none.
/// </summary>
public sealed class StepAggregateOptions : StageOptions
{
    /// <summary>The step channel, which stays as it is.</summary>
    public required string Channel { get; init; }

    /// <summary>The new outcome channel.</summary>
    [MinLength(1)]
    public required string Into { get; init; }

    /// <summary>
    /// How: <c>min</c>, <c>max</c>, <c>product</c>, <c>geometric_mean</c>, <c>mean</c>, <c>mean_logit</c>, <c>mean_odds</c> or <c>last</c>.
    /// </summary>
    /// <value>Default <c>min</c>: a solution is as good as its worst step.</value>
    public StepAggregation Aggregation { get; init; } = StepAggregation.Min;
}
