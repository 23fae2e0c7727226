namespace Rlhf.Records;

/// <summary>How far one activity is. A value type: reporting it allocates nothing.</summary>
public readonly struct ProgressUpdate(RunActivity activity, long done, long total, long tokens = 0)
{
    /// <summary>The running part.</summary>
    public RunActivity Activity { get; } = activity;

    /// <summary>Units done, from 0.</summary>
    public long Done { get; } = done;

    /// <summary>Units in all; 0 where it is unknown.</summary>
    public long Total { get; } = total;

    /// <summary>
    /// Tokens sampled or trained on so far in this activity; 0 where they are not counted. Displays make the rate from
    /// it.
    /// </summary>
    public long Tokens { get; } = tokens;
}
