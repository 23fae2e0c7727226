namespace Rlhf.Shaping.Stages;

/// <summary>Adds the soft overlong penalty to a pipeline.</summary>
public static class SoftOverlongBuilderExtensions
{
    /// <summary>Adds a stage that writes DAPO's soft penalty of long responses into a channel of its own.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="options">Channels and numbers.</param>
    /// <exception cref="RewardPipelineException">An option is out of range.</exception>
    public static RewardPipelineBuilder AddSoftOverlong(this RewardPipelineBuilder builder, SoftOverlongOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(StageKind.Shaping, "soft_overlong", options, (name, o) => new SoftOverlongStage(name, o));
    }
}
