namespace Rlhf.Shaping.Stages;

/// <summary>Adds length normalisation to a pipeline.</summary>
public static class LengthNormaliseBuilderExtensions
{
    /// <summary>Adds a stage that divides each step reward by the number of steps.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="options">Channels and numbers.</param>
    /// <exception cref="RewardPipelineException">An option is out of range.</exception>
    public static RewardPipelineBuilder AddLengthNormalise(this RewardPipelineBuilder builder, LengthNormaliseOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(StageKind.Shaping, "length_normalise", options, (name, o) => new LengthNormaliseStage(name, o));
    }
}
