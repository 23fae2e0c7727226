using Rlhf.Tokenizers;

namespace Rlhf.Trainers.Experiments;

/// <summary>Takes the answer out of a rendered chat.</summary>
internal static class SolvedChat
{
    /// <summary>What a chat with its answer holds beyond the prompt, without what ends the turn.</summary>
    /// <param name="prompt">The chat as the policy sees it.</param>
    /// <param name="whole">The chat with the answer.</param>
    /// <param name="endOfTurn">The token that ends a message; null for none.</param>
    /// <returns>The answer's segments; null where the whole does not begin with the prompt.</returns>
    public static IReadOnlyList<TextSegment>? Answer(IReadOnlyList<TextSegment> prompt, IReadOnlyList<TextSegment> whole, string? endOfTurn)
    {
        string before = string.Concat(prompt.Select(s => s.Text));
        if (!string.Concat(whole.Select(s => s.Text)).StartsWith(before, StringComparison.Ordinal))
        {
            return null;
        }

        List<TextSegment> answer = [];
        int skip = before.Length;
        foreach (TextSegment segment in whole)
        {
            int from = Math.Min(skip, segment.Text.Length);
            skip -= from;
            if (from < segment.Text.Length)
            {
                answer.Add(new(segment.Text[from..], segment.IsTemplate));
            }
        }

        CutEnd(answer, endOfTurn);
        return answer;
    }

    private static void CutEnd(List<TextSegment> answer, string? endOfTurn)
    {
        for (int i = answer.Count - 1; endOfTurn is not null && i >= 0; i--)
        {
            int at = answer[i].IsTemplate ? answer[i].Text.LastIndexOf(endOfTurn, StringComparison.Ordinal) : -1;
            if (at >= 0)
            {
                answer[i] = new(answer[i].Text[..at], answer[i].IsTemplate);
                answer.RemoveRange(i + 1, answer.Count - i - 1);
                return;
            }
        }
    }
}
