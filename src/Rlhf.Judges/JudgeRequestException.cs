namespace Rlhf.Judges;

/// <summary>A judge could not be asked, or did not answer.</summary>
public sealed class JudgeRequestException : IOException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened at which address.</param>
    /// <param name="mayPass">Whether another try may succeed.</param>
    /// <param name="inner">The cause.</param>
    public JudgeRequestException(string message, bool mayPass, Exception? inner = null)
        : base(message, inner) => MayPass = mayPass;

    /// <summary>Whether another try may succeed.</summary>
    public bool MayPass { get; }

    /// <summary>When the server wants the next try; null where it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
