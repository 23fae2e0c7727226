namespace Rlhf.Shaping.Stages;

/// <summary>Adds pattern calibration to a pipeline.</summary>
public static class CalibrateBuilderExtensions
{
    /// <summary>Adds a stage that raises low scores of a noisy reward model by a pattern reward.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="options">Channels and numbers.</param>
    /// <exception cref="RewardPipelineException">An option is out of range.</exception>
    public static RewardPipelineBuilder AddCalibrate(this RewardPipelineBuilder builder, CalibrateOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(StageKind.Shaping, "calibrate", options, (name, o) => new CalibrateStage(name, o));
    }
}
