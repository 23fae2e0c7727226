using System.ComponentModel.DataAnnotations;

namespace Rlhf.Shaping.Stages;

/// <summary>Spreads an outcome r over a response, as a new channel whose values add up to r.</summary>
public sealed class SpreadOptions : StageOptions
{
    /// <summary>The outcome channel, which stays as it is.</summary>
    public required string Channel { get; init; }

    /// <summary>The new channel.</summary>
    [MinLength(1)]
    public required string Into { get; init; }

    /// <summary>
    /// Over what: <c>last_token</c> (all of r on the last action token), <c>tokens</c> (r/n on each of n action tokens) or <c>steps</c>
    /// (r/K on each of K steps; nothing where there is no step).
    /// </summary>
    public required SpreadOver Over { get; init; }
}
