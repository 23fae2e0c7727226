namespace Rlhf.Trainers.Advantages;

/// <summary>How rewards are credited to tokens.</summary>
public enum Credit
{
    /// <summary>Every action token of a response gets the same advantage, made of the sum of all its rewards.</summary>
    Episode,

    /// <summary>
    /// A token gets the discounted sum of the rewards from it on, less the group's mean return from the same step's first token. With
    /// <see cref="GroupAdvantageOptions.LeaveOneOut"/> the first choice for step channels.
    /// </summary>
    ReturnToGo,

    /// <summary>
    /// Process supervision of DeepSeekMath: each channel normalised over the group, and a token gets the sum of the normalised rewards from
    /// its step on. Pays for padding where a channel has one value a step, and warns.
    /// </summary>
    StepNormalised,
}
