using Rlhf.Configuration;

namespace Rlhf.Shaping.Stages;

/// <summary>The stages that a configuration may name; making one adds it to a builder.</summary>
public static class StageTypes
{
    /// <summary>The library's own.</summary>
    public static TypeRegistry<StageOptions, RewardPipelineBuilder, RewardPipelineBuilder> All { get; } =
        new TypeRegistry<StageOptions, RewardPipelineBuilder, RewardPipelineBuilder>("stage")
            .With<AffineOptions>("affine", (options, builder) => builder.AddAffine(options))
            .With<CalibrateOptions>("calibrate", (options, builder) => builder.AddCalibrate(options))
            .With<ClipOptions>("clip", (options, builder) => builder.AddClip(options))
            .With<ClipDeltaOptions>("clip_delta", (options, builder) => builder.AddClipDelta(options))
            .With<CosineLengthOptions>("cosine_length", (options, builder) => builder.AddCosineLength(options))
            .With<DeltaOptions>("delta", (options, builder) => builder.AddDelta(options))
            .With<EnsembleOptions>("ensemble", (options, builder) => builder.AddEnsemble(options))
            .With<FlipOptions>("flip", (options, builder) => builder.AddFlip(options))
            .With<GateOptions>("gate", (options, builder) => builder.AddGate(options))
            .With<GaussianNoiseOptions>("gaussian_noise", (options, builder) => builder.AddGaussianNoise(options))
            .With<KlRewardOptions>("kl", (options, builder) => builder.AddKl(options))
            .With<LengthNormaliseOptions>("length_normalise", (options, builder) => builder.AddLengthNormalise(options))
            .With<NormaliseOptions>("normalise", (options, builder) => builder.AddNormalise(options))
            .With<PotentialOptions>("potential", (options, builder) => builder.AddPotential(options))
            .With<PriorityOptions>("priority", (options, builder) => builder.AddPriority(options))
            .With<SoftOverlongOptions>("soft_overlong", (options, builder) => builder.AddSoftOverlong(options))
            .With<SpreadOptions>("spread", (options, builder) => builder.AddSpread(options))
            .With<StepAggregateOptions>("step_aggregate", (options, builder) => builder.AddStepAggregate(options))
            .With<WeightedSumOptions>("weighted_sum", (options, builder) => builder.AddWeightedSum(options));
}
