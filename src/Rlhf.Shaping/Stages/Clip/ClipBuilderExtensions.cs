namespace Rlhf.Shaping.Stages;

/// <summary>Adds Clip to a pipeline.</summary>
public static class ClipBuilderExtensions
{
    /// <summary>Adds a stage that clips a channel: r ← min(r − η, 0).</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="options">The channel and η.</param>
    /// <exception cref="RewardPipelineException">An option is out of range.</exception>
    public static RewardPipelineBuilder AddClip(this RewardPipelineBuilder builder, ClipOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(StageKind.Shaping, "clip", options, (name, o) => new ClipStage(name, o));
    }
}
