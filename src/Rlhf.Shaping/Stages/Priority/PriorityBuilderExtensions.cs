namespace Rlhf.Shaping.Stages;

/// <summary>Adds a priority composition to a pipeline.</summary>
public static class PriorityBuilderExtensions
{
    /// <summary>Adds a stage that takes each value from the first channel that has one.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="options">Channels and numbers.</param>
    /// <exception cref="RewardPipelineException">An option is out of range.</exception>
    public static RewardPipelineBuilder AddPriority(this RewardPipelineBuilder builder, PriorityOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(StageKind.Shaping, "priority", options, (name, o) => new PriorityStage(name, o));
    }
}
