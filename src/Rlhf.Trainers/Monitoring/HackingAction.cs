namespace Rlhf.Trainers.Monitoring;

/// <summary>What the monitor does about a signature.</summary>
public enum HackingAction
{
    /// <summary>It warns.</summary>
    Warn,

    /// <summary>It warns and ends the phase after the iteration, which is saved.</summary>
    Stop,

    /// <summary>It warns and takes channels out of the return from the next iteration on.</summary>
    SwitchOff,
}
