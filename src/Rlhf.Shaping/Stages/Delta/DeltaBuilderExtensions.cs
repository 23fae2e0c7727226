namespace Rlhf.Shaping.Stages;

/// <summary>Adds Delta to a pipeline.</summary>
public static class DeltaBuilderExtensions
{
    /// <summary>Adds a stage that takes the difference of neighbouring steps: r_k ← r_k − r_{k+1}, 0 for the last.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="options">The channel.</param>
    /// <exception cref="RewardPipelineException">An option is out of range.</exception>
    public static RewardPipelineBuilder AddDelta(this RewardPipelineBuilder builder, DeltaOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(StageKind.Shaping, "delta", options, (name, o) => new DeltaStage(name, o));
    }
}
