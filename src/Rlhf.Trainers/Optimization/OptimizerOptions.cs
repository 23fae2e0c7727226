using System.ComponentModel.DataAnnotations;

namespace Rlhf.Trainers.Optimization;

/// <summary>AdamW with a learning-rate schedule and gradient clipping.</summary>
public sealed record OptimizerOptions
{
    /// <summary>Peak learning rate η.</summary>
    /// <value>Default 1e-6; positive. Small models trained from scratch need 1e-4 to 1e-3, LoRA about ten times a full model's.</value>
    [Range(1e-12, 10)]
    public double LearningRate { get; init; } = 1e-6;

    /// <summary>Optimizer steps over which the rate rises linearly from 0.</summary>
    /// <value>Default 0.</value>
    [Range(0, int.MaxValue)]
    public int WarmupSteps { get; init; }

    /// <summary>How the rate falls after the warm-up: <c>constant</c>, <c>linear</c> or <c>cosine</c>.</summary>
    /// <value>Default <c>constant</c>.</value>
    public LearningRateDecay Decay { get; init; } = LearningRateDecay.Constant;

    /// <summary>Rate at the last optimizer step as a fraction of the peak.</summary>
    /// <value>Default 0; 0 to 1.</value>
    [Range(0.0, 1.0)]
    public double FinalFraction { get; init; }

    /// <summary>β₁, decay of the first moment.</summary>
    /// <value>Default 0.9; 0 to 1.</value>
    [Range(0.0, 0.999999)]
    public double Beta1 { get; init; } = 0.9;

    /// <summary>β₂, decay of the second moment.</summary>
    /// <value>Default 0.999; 0 to 1.</value>
    [Range(0.0, 0.9999999)]
    public double Beta2 { get; init; } = 0.999;

    /// <summary>ε, added to the root of the second moment.</summary>
    /// <value>Default 1e-8; positive.</value>
    [Range(1e-16, 1.0)]
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Decoupled weight decay, on all trained parameters.</summary>
    /// <value>Default 0.</value>
    [Range(0.0, 10.0)]
    public double WeightDecay { get; init; }

    /// <summary>Bound of the gradient's norm over all parameters together; null for none.</summary>
    /// <value>Default 1.0; positive.</value>
    [Range(1e-12, 1e12)]
    public double? MaxGradientNorm { get; init; } = 1.0;
}
