namespace Rlhf;

/// <summary>One prompt and how many responses to sample for it.</summary>
public sealed class RolloutRequest(IReadOnlyList<int> promptTokenIds, long visitId, int samples = 1, int firstSampleIndex = 0)
{
    /// <summary>P ≥ 1 token ids.</summary>
    public IReadOnlyList<int> PromptTokenIds { get; } = promptTokenIds;

    /// <summary>
    /// Names this visit of the prompt, unique over the run. With the sample index and the position it keys the random
    /// numbers.
    /// </summary>
    public long VisitId { get; } = visitId;

    /// <summary>G ≥ 1: responses to sample. They share one computation of the prompt.</summary>
    public int Samples { get; } = samples;

    /// <summary>Index of the first of them, for a visit that gets further samples later.</summary>
    public int FirstSampleIndex { get; } = firstSampleIndex;
}
