namespace Rlhf.Shaping.Stages;

/// <summary>Adds Gate to a pipeline.</summary>
public static class GateBuilderExtensions
{
    /// <summary>Adds a stage that lets a channel count only where channels of higher priority pass their thresholds.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="options">The levels and how the gate works.</param>
    /// <exception cref="RewardPipelineException">An option is out of range.</exception>
    public static RewardPipelineBuilder AddGate(this RewardPipelineBuilder builder, GateOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(StageKind.Shaping, "gate", options, (name, o) => new GateStage(name, o));
    }
}
