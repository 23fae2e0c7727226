namespace Rlhf;

/// <summary>How far a call of <see cref="IRolloutEngine.Generate"/> is.</summary>
public readonly struct RolloutProgress(int finished, int total, long tokens)
{
    /// <summary>Responses that have ended.</summary>
    public int Finished { get; } = finished;

    /// <summary>Responses asked for.</summary>
    public int Total { get; } = total;

    /// <summary>Tokens sampled so far.</summary>
    public long Tokens { get; } = tokens;
}
