namespace Rlhf.Shaping.Stages;

/// <summary>Adds the potential form to a pipeline.</summary>
public static class PotentialBuilderExtensions
{
    /// <summary>Adds a stage that turns step scores into potential-based rewards: γ·Φ(after k) − Φ(before k).</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="options">Channels and numbers.</param>
    /// <exception cref="RewardPipelineException">An option is out of range.</exception>
    public static RewardPipelineBuilder AddPotential(this RewardPipelineBuilder builder, PotentialOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(StageKind.Shaping, "potential", options, (name, o) => new PotentialStage(name, o));
    }
}
