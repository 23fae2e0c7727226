namespace Rlhf.Shaping.Stages;

/// <summary>Adds Clip-Delta to a pipeline.</summary>
public static class ClipDeltaBuilderExtensions
{
    /// <summary>Adds Clip and then Delta, two stages named <c>name.clip</c> and <c>name.delta</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="options">The channel and η.</param>
    /// <exception cref="RewardPipelineException">An option is out of range.</exception>
    public static RewardPipelineBuilder AddClipDelta(this RewardPipelineBuilder builder, ClipDeltaOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        string name = options.Name ?? "clip_delta";
        options.Validate(name);
        return builder
            .AddClip(
                new()
                {
                    Name = name + ".clip",
                    Channel = options.Channel,
                    Threshold = options.Threshold,
                    Share = options.Share,
                    Decay = options.Decay,
                }
            )
            .AddDelta(new() { Name = name + ".delta", Channel = options.Channel });
    }
}
