namespace Rlhf.Generation;

/// <summary>How much a rollout engine computes at once. Nothing here changes what is sampled, up to rounding.</summary>
public sealed class RolloutEngineOptions
{
    /// <summary>S: most responses decoded together. Each step reads all weights once, whatever S is.</summary>
    /// <value>Default 256; at least 1. Fewer are used where the cache would grow past <see cref="MaxCacheBytes"/>,
    /// which the engine's log then says.</value>
    public int MaxSlots { get; init; } = 256;

    /// <summary>Most bytes of the cache of keys and values. Memory is touched only as far as responses really get.</summary>
    /// <value>Default 2 GiB; must hold one sequence of the longest prompt and <see cref="SamplingOptions.MaxNewTokens"/>.</value>
    public long MaxCacheBytes { get; init; } = 2L << 30;

    /// <summary>Most prompt tokens, padding of their attention included, computed together; a longer prompt is computed alone.</summary>
    /// <value>Default 4096; at least 1.</value>
    public int PrefillTokens { get; init; } = 4096;

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message names the option.</exception>
    public void Validate()
    {
        if (MaxSlots < 1)
        {
            throw new ArgumentException($"MaxSlots is {MaxSlots}; it must be at least 1.", nameof(MaxSlots));
        }

        if (MaxCacheBytes < 1)
        {
            throw new ArgumentException($"MaxCacheBytes is {MaxCacheBytes}; it must be at least 1.", nameof(MaxCacheBytes));
        }

        if (PrefillTokens < 1)
        {
            throw new ArgumentException($"PrefillTokens is {PrefillTokens}; it must be at least 1.", nameof(PrefillTokens));
        }
    }
}
