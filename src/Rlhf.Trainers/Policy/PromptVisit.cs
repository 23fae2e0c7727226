using Rlhf.Generation;

namespace Rlhf.Trainers.Policy;

/// <summary>One draw of a prompt; its responses form a group.</summary>
public sealed class PromptVisit(long id, Prompt prompt)
{
    /// <summary>Unique over the run.</summary>
    public long Id { get; } = id;

    /// <summary>The prompt.</summary>
    public Prompt Prompt { get; } = prompt;
}
