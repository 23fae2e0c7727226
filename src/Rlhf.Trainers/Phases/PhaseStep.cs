using Rlhf.Records;
using Rlhf.Trainers.Optimization;

namespace Rlhf.Trainers.Phases;

/// <summary>What an iteration left.</summary>
/// <param name="record">Its metrics.</param>
/// <param name="updates">Its optimizer steps.</param>
public sealed class PhaseStep(IterationRecord record, IReadOnlyList<OptimizerStepResult> updates)
{
    /// <summary>Its metrics.</summary>
    public IterationRecord Record { get; } = record;

    /// <summary>Its optimizer steps.</summary>
    public IReadOnlyList<OptimizerStepResult> Updates { get; } = updates;

    /// <summary>Some completions with their rewards; null for none.</summary>
    public CompletionTable? Completions { get; init; }

    /// <summary>Describes the rows of an optimizer step as JSON values, for a step that was skipped.</summary>
    public Func<OptimizerStepResult, object> Inspect { get; init; } = _ => Array.Empty<object>();

    /// <summary>Whether the phase ends with this iteration, because of what was seen in it.</summary>
    public bool EndsPhase { get; init; }
}
