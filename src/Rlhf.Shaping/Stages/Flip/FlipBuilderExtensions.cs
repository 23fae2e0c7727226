namespace Rlhf.Shaping.Stages;

/// <summary>Adds Flip to a pipeline.</summary>
public static class FlipBuilderExtensions
{
    /// <summary>Adds a noise stage that flips a two-level reward at random, r ← low + high − r.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="options">The channel, the rates and what flips together.</param>
    /// <exception cref="RewardPipelineException">An option is out of range.</exception>
    public static RewardPipelineBuilder AddFlip(this RewardPipelineBuilder builder, FlipOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(StageKind.Noise, "flip", options, (name, o) => new FlipStage(name, o));
    }
}
