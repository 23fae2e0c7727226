using Rlhf.Configuration;

namespace Rlhf.Scoring;

/// <summary>What all host sources say of a batch of completions.</summary>
public sealed class RewardScores(int rows, IReadOnlyList<SourceScores> sources)
{
    /// <summary>B, the number of completions.</summary>
    public int Rows { get; } = rows;

    /// <summary>One entry a source, in the order they were given.</summary>
    public IReadOnlyList<SourceScores> Sources { get; } = sources;

    /// <summary>The scores of one source.</summary>
    /// <exception cref="KeyNotFoundException">No source has this name.</exception>
    public SourceScores this[string name] =>
        Sources.FirstOrDefault(s => s.Name == name)
        ?? throw new KeyNotFoundException(
            $"No reward source is called '{name}'; there are: {string.Join(", ", Sources.Select(s => s.Name))}.{Suggestion.Ask(name, Sources.Select(s => s.Name))}"
        );
}
