namespace Rlhf.Shaping.Stages;

/// <summary>Adds spreading to a pipeline.</summary>
public static class SpreadBuilderExtensions
{
    /// <summary>Adds a stage that spreads an outcome over tokens or steps, as a new channel.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="options">Channels and numbers.</param>
    /// <exception cref="RewardPipelineException">An option is out of range.</exception>
    public static RewardPipelineBuilder AddSpread(this RewardPipelineBuilder builder, SpreadOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(StageKind.Shaping, "spread", options, (name, o) => new SpreadStage(name, o));
    }
}
