namespace Rlhf.Verification.Patterns;

/// <summary>Rewards of a response's form alone. None knows whether the answer is right.</summary>
public static class TextRewards
{
    /// <summary>Reasoning-pattern reward (RPR): the share of key phrases of thought that occur, less repetition.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static IRewardSource ReasoningPattern(ReasoningPatternOptions? options = null) => new ReasoningPatternSource(options ?? new());

    /// <summary>A penalty for n-grams of tokens that come again.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static IRewardSource Repetition(RepetitionOptions? options = null) => new RepetitionSource(options ?? new());

    /// <summary>How long a response is.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static IRewardSource Length(LengthOptions? options = null) => new LengthSource(options ?? new());

    /// <summary>Distinct n-grams of words that occur more than once, over all n-grams; 0 for fewer than n words.</summary>
    /// <param name="text">Any text; words are what white space separates.</param>
    /// <param name="n">At least 1.</param>
    public static double WordRepetition(string text, int n)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        Dictionary<string, int> ids = new(StringComparer.Ordinal);
        int[] tokens = [.. words.Select(w => ids.TryGetValue(w, out int id) ? id : ids[w] = ids.Count)];
        (int all, _, int repeated) = Ngrams.Count(tokens, n);
        return all == 0 ? 0 : (double)repeated / all;
    }
}
