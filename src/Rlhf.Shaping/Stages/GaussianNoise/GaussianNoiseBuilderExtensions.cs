namespace Rlhf.Shaping.Stages;

/// <summary>Adds normal noise to a pipeline.</summary>
public static class GaussianNoiseBuilderExtensions
{
    /// <summary>Adds a noise stage of independent normal noise.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="options">Channels and numbers.</param>
    /// <exception cref="RewardPipelineException">An option is out of range.</exception>
    public static RewardPipelineBuilder AddGaussianNoise(this RewardPipelineBuilder builder, GaussianNoiseOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(StageKind.Noise, "gaussian_noise", options, (name, o) => new GaussianNoiseStage(name, o));
    }
}
