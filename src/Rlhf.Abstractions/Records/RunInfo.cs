namespace Rlhf.Records;

/// <summary>What recorders know of a run before its first iteration.</summary>
public sealed class RunInfo
{
    /// <summary>The run's name for people, for instance <c>math-grpo</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Absolute path of the run folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The phases in the order in which they run.</summary>
    public required IReadOnlyList<PhasePlan> Phases { get; init; }

    /// <summary>The last iteration that the restored checkpoint holds; <see langword="null"/> for a new run.</summary>
    public RunPosition? ResumedFrom { get; init; }

    /// <summary>Device, dtype, threads, library versions, seed …: what a reader needs to judge the figures, in display order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>
    /// True where a record at (<paramref name="phase"/>, <paramref name="step"/>) is not covered by the checkpoint of this resumed run, so
    /// that an interrupted process's record of it is stale. A new run has nothing stale.
    /// </summary>
    public bool IsAfterResume(string phase, int step)
    {
        if (ResumedFrom is not { } resumed)
        {
            return false;
        }

        int recordPhase = IndexOf(phase);
        int resumedPhase = IndexOf(resumed.Phase);
        return recordPhase > resumedPhase || (recordPhase == resumedPhase && step > resumed.Step);
    }

    private int IndexOf(string phase)
    {
        for (int i = 0; i < Phases.Count; i++)
        {
            if (Phases[i].Phase == phase)
            {
                return i;
            }
        }

        throw new ArgumentException(
            $"phase '{phase}' is not a phase of this run ({string.Join(", ", Phases.Select(p => p.Phase))})",
            nameof(phase)
        );
    }
}
