namespace Rlhf.Trainers.Advantages;

/// <summary>What a centred return is divided by.</summary>
public enum AdvantageScale
{
    /// <summary>The standard deviation of the group, plus ε: GRPO.</summary>
    GroupStd,

    /// <summary>The standard deviation of the iteration's returns, plus ε.</summary>
    BatchStd,

    /// <summary>Nothing: Dr. GRPO (arXiv 2503.20783), RLOO.</summary>
    None,
}
