namespace Rlhf.Shaping.Stages;

/// <summary>Adds the KL penalty to a pipeline.</summary>
public static class KlBuilderExtensions
{
    /// <summary>Adds a stage that writes a KL penalty a token into a channel of its own.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="options">Channels and numbers.</param>
    /// <exception cref="RewardPipelineException">An option is out of range.</exception>
    public static RewardPipelineBuilder AddKl(this RewardPipelineBuilder builder, KlRewardOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(StageKind.Shaping, "kl", options, (name, o) => new KlStage(name, o));
    }
}
