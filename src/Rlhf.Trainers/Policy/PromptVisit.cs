using Rlhf.Generation;

namespace Rlhf.Trainers.Policy;

/// <summary>One draw of a prompt; its responses form a group.</summary>
/// <param name="Id">Unique over the run.</param>
/// <param name="Prompt">The prompt.</param>
public sealed record PromptVisit(long Id, Prompt Prompt);
