namespace Rlhf;

/// <summary>
/// A reward source fails so that nothing can be learned. The message names source, problem and remedy; the inner exception is the source's
/// own, with its stack, where it threw one.
/// </summary>
public sealed class RewardSourceException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What fails and what to do.</param>
    /// <param name="innerException">What the source threw first; null where it threw nothing.</param>
    public RewardSourceException(string message, Exception? innerException = null)
        : base(message, innerException) { }
}
