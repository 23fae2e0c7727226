namespace Rlhf.Shaping.Stages;

/// <summary>Adds an ensemble to a pipeline.</summary>
public static class EnsembleBuilderExtensions
{
    /// <summary>Adds a stage that makes one channel of several models' scores.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="options">Channels and numbers.</param>
    /// <exception cref="RewardPipelineException">An option is out of range.</exception>
    public static RewardPipelineBuilder AddEnsemble(this RewardPipelineBuilder builder, EnsembleOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(StageKind.Shaping, "ensemble", options, (name, o) => new EnsembleStage(name, o));
    }
}
