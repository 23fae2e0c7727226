namespace Rlhf.Shaping.Stages;

/// <summary>Adds a weighted sum to a pipeline.</summary>
public static class WeightedSumBuilderExtensions
{
    /// <summary>Adds a stage that adds channels up into one.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="options">Channels and numbers.</param>
    /// <exception cref="RewardPipelineException">An option is out of range.</exception>
    public static RewardPipelineBuilder AddWeightedSum(this RewardPipelineBuilder builder, WeightedSumOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(StageKind.Shaping, "weighted_sum", options, (name, o) => new WeightedSumStage(name, o));
    }
}
