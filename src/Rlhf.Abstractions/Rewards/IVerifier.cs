namespace Rlhf;

/// <summary>
/// A source that judges a response against its problem's reference answer. What a configuration calls verifying is this: such a source can
/// measure accuracy without being named, and says before anything is sampled which references it cannot judge by.
/// </summary>
public interface IVerifier : IRewardSource
{
    /// <summary>
    /// Which references it can judge by and what judges others, for messages: <c>numbers; the types math and exact judge other
    /// answers</c>.
    /// </summary>
    string ReadableReferences { get; }

    /// <summary>
    /// Why it cannot judge by a problem's reference; null where it can. Called for each problem when the data are read and once for the
    /// problem's responses in a batch, from several threads at once, so it does little work.
    /// </summary>
    /// <param name="problem">The problem.</param>
    /// <returns>What is wrong with the reference, such as <c>'blue' is no number</c>. Responses to the problem then are invalid, never
    /// 0.</returns>
    string? WhyUnreadable(Problem problem);
}
