namespace Rlhf.Rewards;

/// <summary>Options of a reward source; a configuration's <c>"type"</c> says of which (<see cref="RewardSourceRegistry"/>).</summary>
public abstract record RewardSourceOptions
{
    /// <summary>The channel that holds its scores.</summary>
    public abstract string Name { get; init; }
}
