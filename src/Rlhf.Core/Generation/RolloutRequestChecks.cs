using Rlhf.Models;

namespace Rlhf.Generation;

/// <summary>What a request must be before a model sees it.</summary>
internal static class RolloutRequestChecks
{
    /// <exception cref="ArgumentException">A request is not usable; the message names it.</exception>
    public static void Require(IReadOnlyList<RolloutRequest> requests, CausalLmShape shape)
    {
        var taken = new HashSet<(long Visit, int Sample)>();
        for (int i = 0; i < requests.Count; i++)
        {
            if ((PromptProblem(requests[i].PromptTokenIds, shape) ?? SampleProblem(requests[i], taken)) is { } problem)
            {
                throw new ArgumentException($"Request {i} (visit {requests[i].VisitId}): {problem}.", nameof(requests));
            }
        }
    }

    private static string? PromptProblem(IReadOnlyList<int> prompt, CausalLmShape shape)
    {
        if (prompt.Count == 0)
        {
            return "its prompt is empty; it needs at least one token, such as a begin token";
        }

        if (prompt.Count >= shape.MaxPositions)
        {
            return $"its prompt has {prompt.Count} tokens and the model {shape.MaxPositions} positions, so there is no room for a response";
        }

        for (int t = 0; t < prompt.Count; t++)
        {
            if (prompt[t] < 0 || prompt[t] >= shape.VocabularySize)
            {
                return $"token {t} of its prompt is {prompt[t]}; the model has tokens from 0 to {shape.VocabularySize - 1}";
            }
        }

        return null;
    }

    private static string? SampleProblem(RolloutRequest request, HashSet<(long Visit, int Sample)> taken)
    {
        if (request.Samples < 1)
        {
            return $"Samples is {request.Samples}; it must be at least 1";
        }

        if (request.FirstSampleIndex < 0)
        {
            return $"FirstSampleIndex is {request.FirstSampleIndex}; it must be 0 or greater";
        }

        for (int sample = request.FirstSampleIndex; sample < request.FirstSampleIndex + request.Samples; sample++)
        {
            if (!taken.Add((request.VisitId, sample)))
            {
                return $"sample {sample} of this visit is asked for twice, and both would draw the same random numbers";
            }
        }

        return null;
    }
}
