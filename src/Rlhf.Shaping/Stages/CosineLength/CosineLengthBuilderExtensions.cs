namespace Rlhf.Shaping.Stages;

/// <summary>Adds the cosine length reward to a pipeline.</summary>
public static class CosineLengthBuilderExtensions
{
    /// <summary>
    /// Adds a stage that writes a reward of length, which differs for right and wrong answers, into a channel of its own.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="options">Channels and numbers.</param>
    /// <exception cref="RewardPipelineException">An option is out of range.</exception>
    public static RewardPipelineBuilder AddCosineLength(this RewardPipelineBuilder builder, CosineLengthOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(StageKind.Shaping, "cosine_length", options, (name, o) => new CosineLengthStage(name, o));
    }
}
