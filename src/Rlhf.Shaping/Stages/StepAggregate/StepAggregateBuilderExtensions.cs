namespace Rlhf.Shaping.Stages;

/// <summary>Adds step aggregation to a pipeline.</summary>
public static class StepAggregateBuilderExtensions
{
    /// <summary>Adds a stage that makes one score of a response's step scores.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="options">Channels and numbers.</param>
    /// <exception cref="RewardPipelineException">An option is out of range.</exception>
    public static RewardPipelineBuilder AddStepAggregate(this RewardPipelineBuilder builder, StepAggregateOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(StageKind.Shaping, "step_aggregate", options, (name, o) => new StepAggregateStage(name, o));
    }
}
