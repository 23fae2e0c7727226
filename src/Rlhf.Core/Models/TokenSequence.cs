namespace Rlhf.Models;

/// <summary>A prompt and what followed it, as token ids.</summary>
public sealed class TokenSequence(IReadOnlyList<int> prompt, IReadOnlyList<int> response)
{
    /// <summary>P tokens; at least one.</summary>
    public IReadOnlyList<int> Prompt { get; } = prompt;

    /// <summary>R tokens.</summary>
    public IReadOnlyList<int> Response { get; } = response;

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
