namespace Rlhf;

/// <summary>Options of a reward source; a configuration's <c>"type"</c> says of which.</summary>
public abstract class RewardSourceOptions
{
    /// <summary>The channel that holds its scores.</summary>
    public abstract string Name { get; init; }
}
