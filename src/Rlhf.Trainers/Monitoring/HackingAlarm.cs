using Rlhf.Records;

namespace Rlhf.Trainers.Monitoring;

/// <summary>A signature that appeared.</summary>
public sealed class HackingAlarm(HackingSignature signature, int step, string message)
{
    /// <summary>Which.</summary>
    public HackingSignature Signature { get; } = signature;

    /// <summary>The iteration with whose record it appeared.</summary>
    public int Step { get; } = step;

    /// <summary>The figures.</summary>
    public string Message { get; } = message;
}
