namespace Rlhf.Shaping.Stages;

/// <summary>Adds scale, shift and bounds to a pipeline.</summary>
public static class AffineBuilderExtensions
{
    /// <summary>Adds a stage that scales, shifts and bounds a channel.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="options">Channels and numbers.</param>
    /// <exception cref="RewardPipelineException">An option is out of range.</exception>
    public static RewardPipelineBuilder AddAffine(this RewardPipelineBuilder builder, AffineOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(StageKind.Shaping, "affine", options, (name, o) => new AffineStage(name, o));
    }
}
