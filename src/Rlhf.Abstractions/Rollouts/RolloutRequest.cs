namespace Rlhf;

/// <summary>One prompt and how many responses to sample for it.</summary>
/// <param name="PromptTokenIds">P ≥ 1 token ids.</param>
/// <param name="VisitId">Names this visit of the prompt, unique over the run. With the sample index and the position it keys the random
/// numbers.</param>
/// <param name="Samples">G ≥ 1: responses to sample. They share one computation of the prompt.</param>
/// <param name="FirstSampleIndex">Index of the first of them, for a visit that gets further samples later.</param>
public sealed record RolloutRequest(IReadOnlyList<int> PromptTokenIds, long VisitId, int Samples = 1, int FirstSampleIndex = 0);
