namespace Rlhf.Trainers.Optimization;

/// <summary>How the learning rate falls after the warm-up.</summary>
public enum LearningRateDecay
{
    /// <summary>It stays.</summary>
    Constant,

    /// <summary>Linearly to the final fraction at the last optimizer step.</summary>
    Linear,

    /// <summary>Along half a cosine to the final fraction at the last optimizer step.</summary>
    Cosine,
}
