namespace Rlhf.Models;

/// <summary>A prompt and what followed it, as token ids.</summary>
/// <param name="Prompt">P tokens; at least one.</param>
/// <param name="Response">R tokens.</param>
public sealed record TokenSequence(IReadOnlyList<int> Prompt, IReadOnlyList<int> Response)
{
    /// <summary>P + R.</summary>
    public int Length => Prompt.Count + Response.Count;

    /// <summary>Holds prompts of the same tokens for equal.</summary>
    public static IEqualityComparer<IReadOnlyList<int>> PromptComparer { get; } =
        EqualityComparer<IReadOnlyList<int>>.Create(
            (x, y) => ReferenceEquals(x, y) || (x is not null && y is not null && x.SequenceEqual(y)),
            Hash
        );

    private static int Hash(IReadOnlyList<int> tokens)
    {
        HashCode hash = default;
        foreach (int token in tokens)
        {
            hash.Add(token);
        }

        return hash.ToHashCode();
    }
}
