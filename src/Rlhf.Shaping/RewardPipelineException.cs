namespace Rlhf.Shaping;

/// <summary>
/// A reward pipeline, a stage's options or a frame that cannot work; the message names the stage and the channel and says what to do.
/// </summary>
public sealed class RewardPipelineException : Exception
{
    /// <summary>An error without a message of its own.</summary>
    public RewardPipelineException() { }

    /// <summary>An error.</summary>
    public RewardPipelineException(string message)
        : base(message) { }

    /// <summary>An error and its cause.</summary>
    public RewardPipelineException(string message, Exception innerException)
        : base(message, innerException) { }
}
