namespace Rlhf.Shaping.Stages;

/// <summary>Adds normalisation to a pipeline.</summary>
public static class NormaliseBuilderExtensions
{
    /// <summary>Adds a stage that normalises a channel by the statistics of its group, its iteration or the run.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="options">Channels and numbers.</param>
    /// <exception cref="RewardPipelineException">An option is out of range.</exception>
    public static RewardPipelineBuilder AddNormalise(this RewardPipelineBuilder builder, NormaliseOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(StageKind.Shaping, "normalise", options, (name, o) => new NormaliseStage(name, o));
    }
}
