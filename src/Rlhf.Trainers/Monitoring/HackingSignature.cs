namespace Rlhf.Trainers.Monitoring;

/// <summary>A signature of reward hacking.</summary>
public enum HackingSignature
{
    /// <summary>(A) The shaped reward rises while the verified outcome falls.</summary>
    ProxyUpOutcomeDown,

    /// <summary>(B) Steps or length grow while the verified outcome does not rise.</summary>
    GrowthWithoutOutcome,

    /// <summary>(C) Process rewards carry more of the within-group variance of the return than they should.</summary>
    ProcessDrownsOutcome,
}
